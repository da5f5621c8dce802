/** Where a function stands in the source its author wrote. */
export interface SourcePosition {
  /** Path, or URL where the module is no file. */
  file: string;
  /** Line, counted from 1. */
  line: number;
}

/** What `perf` is told of a function. */
export interface FunctionLabel {
  /** Qualified name, such as `Class.method`; empty where there is none, `<module>` for a module's body. */
  name: string;
  /** Path or URL of the module. */
  file: string;
  /** Line, counted from 1; `undefined` where there is none. */
  line?: number;
}

let lastUrl = "";
let lastName = "";

/** How a module shows in a symbol: `file:` URLs as a path, all others as they are. */
export function sourceName(url: string): string {
  // Functions come module by module, and those of one module shall share one string.
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

/** The symbol of a function: `js::<qualified name>:<file>:<line>`, without a line `js::<name>:<file>`. */
export function functionSymbol({ name, file, line }: FunctionLabel): string {
  const position = line === undefined ? file : `${file}:${line}`;
  return `js::${name || "<anonymous>"}:${position}`;
}
