/** The position of a function in its original source. */
export interface SourcePosition {
  /** Path, or URL if the module is not a file. */
  file: string;
  /** Line, counted from 1. */
  line: number;
}

/** The label of a function in `perf`. */
export interface FunctionLabel {
  /** Qualified name, such as `Class.method`; may be empty; `<module>` for a module's body. */
  name: string;
  /** Path or URL of the module. */
  file: string;
  /** Line, counted from 1; `undefined` where there is none. */
  line?: number;
}

let lastUrl = "";
let lastName = "";

/** The name of a module in symbols: the path of a `file:` URL; any other URL as it is. */
export function sourceName(url: string): string {
  // Functions come module by module, so the functions of one module share one string.
  if (url !== lastUrl) [lastUrl, lastName] = [url, nameOf(url)];
  return lastName;
}

function nameOf(url: string): string {
  if (!url.startsWith("file://")) return url;
  try {
    const { pathname, host } = new URL(url);
    return (host ? `//${host}` : "") + decodeURIComponent(pathname);
  } catch {
    return url;
  }
}

/**
 * The symbol of a function: `js::<qualified name>:<file>:<line>`, without a line
 * `js::<name>:<file>`.
 */
export function functionSymbol({ name, file, line }: FunctionLabel): string {
  const position = line === undefined ? file : `${file}:${line}`;
  return `js::${name || "<anonymous>"}:${position}`;
}
