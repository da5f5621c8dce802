import {
  decodeURIComponent,
  defineElement,
  encode,
  endsWith,
  exec,
  formatNumber,
  indexOf,
  slice,
  startsWith,
  toText,
} from "../../base/builtins.ts";
import type { CallSite } from "./call_sites.ts";
import type { Paint, StackPart } from "./deno_colors.ts";

/*
 * The text of a stack as Deno writes it (libs/core/error.rs: format_stack_trace, format_frame,
 * format_location). A program reads it as `error.stack`, and Deno prints it when an error ends the
 * program.
 */

/** Options of the text. */
export interface StackStyle {
  /**
   * The URL of the directory that the program was started in, with a slash at its end, if known.
   */
  directory: string | undefined;
  paint: Paint;
}

/** Formats an error and its stack. */
export function formatStack(
  error: unknown,
  sites: readonly CallSite[],
  style: StackStyle,
): string {
  return formatHeader(error) + formatFrames(sites, style);
}

/** Formats a stack without the error itself. */
export function formatFrames(sites: readonly CallSite[], style: StackStyle): string {
  let text = "";
  for (let i = 0; i < sites.length; i++) text += formatFrame(sites[i]!, style);
  return text;
}

/** Functions of Deno itself that it leaves out when it prints an uncaught error. */
const UNSEEN =
  /^(?:__node_internal_.*|eventLoopTick|denoErrorToNodeError|__drainNextTickAndMacrotasks)$/s;

/** Whether Deno shows a frame when it prints an uncaught error. */
export function isShown(site: CallSite): boolean {
  return !isInternal(site) || exec(UNSEEN, site.getFunctionName() ?? "") === null;
}

/**
 * Leaves out the frames of Deno's test runner at the end of a stack, and all others of extensions there,
 * as that does (cli/tools/test/fmt.rs: abbreviate_test_error).
 */
export function withoutRunner(sites: readonly CallSite[]): readonly CallSite[] {
  let end = sites.length;
  while (end > 0 && isExtension(sites[end - 1]!)) end--;
  if (end === 0 || end === sites.length) return sites;
  const kept: CallSite[] = [];
  for (let i = 0; i < end; i++) defineElement(kept, i, sites[i]);
  return kept;
}

function isExtension(site: CallSite): boolean {
  return startsWith(site.getFileName() ?? "", "ext:");
}

function isInternal(site: CallSite): boolean {
  const file = site.getFileName() ?? "";
  return startsWith(file, "ext:") || startsWith(file, "node:");
}

/** Paints parts of one frame. */
type SitePaint = (part: StackPart, text: string) => string;

function formatHeader(error: unknown): string {
  if (typeof error !== "object" && typeof error !== "function" || error === null) return "";
  const { message: messageValue, name: nameValue } = error as Error;
  const message = messageValue === undefined ? "" : toText(messageValue);
  const name = nameValue === undefined ? "Error" : toText(nameValue);
  return name && message ? `${name}: ${message}` : name || message;
}

function formatFrame(site: CallSite, { directory, paint: paintPart }: StackStyle): string {
  const internal = isInternal(site);
  const paint = (part: StackPart, text: string) => paintPart(part, text, internal);
  return `\n    ${paint("plain", "at ")}${formatSite(site, directory, paint)}`;
}

function formatSite(site: CallSite, directory: string | undefined, paint: SitePaint): string {
  const prefix = site.isAsync() ? paint("plain", "async ") : "";
  if (site.isPromiseAll()) {
    return prefix + paint("name", `Promise.all (index ${site.getPromiseIndex() ?? 0})`);
  }
  const name = formatName(site, paint);
  const location = formatLocation(site, directory, paint);
  return name === undefined
    ? prefix + location
    : prefix + name + paint("plain", " (") + location + paint("plain", ")");
}

function formatName(site: CallSite, paint: SitePaint): string | undefined {
  const name = site.getFunctionName();
  if (site.isConstructor()) {
    return paint("plain", "new ") +
      (name === null ? paint("place", "<anonymous>") : paint("name", name));
  }
  if (!site.isToplevel()) return paint("name", methodName(site, name));
  return name === null ? undefined : paint("name", name);
}

function methodName(site: CallSite, name: string | null): string {
  const type = site.getTypeName();
  const method = site.getMethodName();
  if (name === null) return `${type === null ? "" : `${type}.`}${method ?? "<anonymous>"}`;
  const owner = type !== null && !startsWith(name, type) ? `${type}.` : "";
  const alias = method !== null && !endsWith(name, method) ? ` [as ${method}]` : "";
  return owner + name + alias;
}

function formatLocation(site: CallSite, directory: string | undefined, paint: SitePaint): string {
  if (site.isNative()) return paint("place", "native");
  const file = site.getFileName() || undefined;
  let text = file === undefined
    ? paint("place", "<anonymous>")
    : formatFile(file, site, directory, paint);
  if (file === undefined && site.isEval()) {
    text = paint("place", `${site.getEvalOrigin()}`) + paint("plain", ", ") + text;
  }
  let [line, column]: (string | number | null)[] = [site.getLineNumber(), site.getColumnNumber()];
  if (file !== undefined && startsWith(file, "wasm://")) {
    line = `wasm-function[${line! - 1}]`;
    column = `0x${formatNumber(column! - 1, 16)}`;
  }
  if (line === null) return text;
  text += paint("plain", ":") + paint("number", `${line}`);
  return column === null ? text : text + paint("plain", ":") + paint("number", `${column}`);
}

/**
 * The longest `data:` URL that Deno shows whole (libs/core/error.rs: DATA_URL_ABBREV_THRESHOLD).
 */
const LONGEST_DATA_URL = 150;

/**
 * Formats the file of a frame. Deno gives a hook the path of a file, but prints its URL with
 * percent-escapes decoded. Only the directory in which the program was started keeps its escapes.
 */
function formatFile(
  file: string,
  site: CallSite,
  directory: string | undefined,
  paint: SitePaint,
): string {
  const isPath = startsWith(site.getScriptNameOrSourceURL() ?? "", "file:") &&
    startsWith(file, "/");
  const url = isPath ? `file://${file}${querySuffix(site)}` : file;
  if (startsWith(url, "data:")) return paint("place", shortened(url));
  const around = directory && unescaped(directory);
  if (isPath && around && startsWith(url, around)) {
    return paint("directory", directory!) + paint("place", slice(url, around.length));
  }
  return paint("place", isPath ? url : unescaped(url));
}

/** The query and the fragment of a module's address, which its path does not have. */
function querySuffix(site: CallSite): string {
  const found = exec(QUERY, site.getScriptNameOrSourceURL() ?? "");
  return found === null ? "" : found[0];
}

const QUERY = /[?#].*$/s;

function shortened(url: string): string {
  if (url.length <= LONGEST_DATA_URL) return url;
  const comma = indexOf(url, ",");
  return `${slice(url, 0, comma + 21)}......${slice(url, url.length - 20)}`;
}

function unescaped(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

/**
 * The longest source line that Deno shows, in UTF-8 bytes (libs/core/source_map.rs:
 * MAX_SOURCE_LINE_LENGTH).
 */
const LONGEST_LINE = 150;

/**
 * Formats the source line of an error, with a mark below the column, as Deno prints it for an
 * uncaught error. Returns an empty text where Deno prints no line.
 *
 * @param sites The stack.
 * @param read Reads a file's text.
 * @param paint Adds the colour of the mark.
 */
export function formatSourceLine(
  sites: readonly CallSite[],
  read: (path: string) => string,
  paint: Paint,
): string {
  for (let i = 0; i < sites.length; i++) {
    const file = sites[i]!.getFileName();
    const [line, column] = [sites[i]!.getLineNumber(), sites[i]!.getColumnNumber()];
    if (!file || line === null || column === null) continue;
    if (isInternal(sites[i]!)) continue;
    if (!startsWith(file, "/")) return "";
    const text = lineOf(read(file), line);
    if (text === undefined || text === "" || encode(text).length > LONGEST_LINE) return "";
    let mark = "";
    for (let at = 0; at < column - 1; at++) mark += text[at] === "\t" ? "\t" : " ";
    return `\n${text}\n${paint("mark", `${mark}^`, false)}`;
  }
  return "";
}

/** A line of a text, counted from 1, without its end. */
function lineOf(text: string, number: number): string | undefined {
  let start = 0;
  for (let line = 1; line < number; line++) {
    start = indexOf(text, "\n", start) + 1;
    if (start === 0) return undefined;
  }
  const end = indexOf(text, "\n", start);
  const line = slice(text, start, end < 0 ? text.length : end);
  return endsWith(line, "\r") ? slice(line, 0, line.length - 1) : line;
}
