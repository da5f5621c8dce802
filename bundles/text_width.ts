/** What lib/report/terminal_text.ts uses of the library. */
export { default as truncatedWidth } from "fast-string-truncated-width";
