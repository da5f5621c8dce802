/** The part of the library that lib/report/text/terminal.ts uses. */
export { default as truncatedWidth } from "fast-string-truncated-width";
