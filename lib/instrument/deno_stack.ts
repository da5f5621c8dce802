import {
  decodeURIComponent,
  encode,
  endsWith,
  formatNumber,
  indexOf,
  slice,
  startsWith,
  toText,
} from "../builtins.ts";
import type { CallSite } from "./call_sites.ts";

/*
 * The text of a stack as Deno writes it (libs/core/error.rs: format_stack_trace, format_frame,
 * format_location), which a program gets of `error.stack`, and sees when an error ends it.
 */

/** An error's stack. */
export function formatStack(error: unknown, sites: readonly CallSite[]): string {
  let text = formatHeader(error);
  for (let i = 0; i < sites.length; i++) text += `\n    at ${formatSite(sites[i]!)}`;
  return text;
}

function formatHeader(error: unknown): string {
  if (typeof error !== "object" && typeof error !== "function" || error === null) return "";
  const { message: messageValue, name: nameValue } = error as Error;
  const message = messageValue === undefined ? "" : toText(messageValue);
  const name = nameValue === undefined ? "Error" : toText(nameValue);
  return name && message ? `${name}: ${message}` : name || message;
}

function formatSite(site: CallSite): string {
  const prefix = site.isAsync() ? "async " : "";
  if (site.isPromiseAll()) return `${prefix}Promise.all (index ${site.getPromiseIndex() ?? 0})`;
  const name = formatName(site);
  const location = formatLocation(site);
  return name === undefined ? prefix + location : `${prefix}${name} (${location})`;
}

function formatName(site: CallSite): string | undefined {
  const name = site.getFunctionName();
  if (site.isConstructor()) return `new ${name ?? "<anonymous>"}`;
  if (site.isToplevel()) return name ?? undefined;
  const type = site.getTypeName();
  const method = site.getMethodName();
  if (name === null) return `${type === null ? "" : `${type}.`}${method ?? "<anonymous>"}`;
  const owner = type !== null && !startsWith(name, type) ? `${type}.` : "";
  const alias = method !== null && !endsWith(name, method) ? ` [as ${method}]` : "";
  return owner + name + alias;
}

function formatLocation(site: CallSite): string {
  if (site.isNative()) return "native";
  const file = site.getFileName() || undefined;
  let text = file === undefined ? "<anonymous>" : formatFile(file, site);
  if (file === undefined && site.isEval()) text = `${site.getEvalOrigin()}, ${text}`;
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
  if (file !== undefined && startsWith(file, "wasm://")) {
    return `${text}:wasm-function[${line! - 1}]:0x${formatNumber(column! - 1, 16)}`;
  }
  if (line === null) return text;
  return column === null ? `${text}:${line}` : `${text}:${line}:${column}`;
}

/** More of a `data:` URL than Deno shows whole. */
const LONGEST_DATA_URL = 150;

/** To a hook, Deno gives the path of a file; it writes its URL, with what is escaped made plain. */
function formatFile(file: string, site: CallSite): string {
  if (startsWith(site.getScriptNameOrSourceURL() ?? "", "file:") && startsWith(file, "/")) {
    return `file://${file}`;
  }
  if (startsWith(file, "data:")) {
    if (file.length <= LONGEST_DATA_URL) return file;
    const comma = indexOf(file, ",");
    return `${slice(file, 0, comma + 21)}......${slice(file, file.length - 20)}`;
  }
  try {
    return decodeURIComponent(file);
  } catch {
    return file;
  }
}

/** A longer line Deno does not show, in UTF-8 bytes. */
const LONGEST_LINE = 150;

/**
 * The line that an error comes from with a mark below its column, as Deno shows it of an error that
 * ends the program; empty where there is none to show.
 *
 * @param sites The stack.
 * @param read Reads a file's text.
 */
export function formatSourceLine(
  sites: readonly CallSite[],
  read: (path: string) => string,
): string {
  for (let i = 0; i < sites.length; i++) {
    const file = sites[i]!.getFileName();
    const [line, column] = [sites[i]!.getLineNumber(), sites[i]!.getColumnNumber()];
    if (!file || line === null || column === null) continue;
    if (startsWith(file, "ext:") || startsWith(file, "node:")) continue;
    if (!startsWith(file, "/")) return "";
    const text = lineOf(read(file), line);
    if (text === undefined || text === "" || encode(text).length > LONGEST_LINE) return "";
    let mark = "";
    for (let at = 0; at < column - 1; at++) mark += text[at] === "\t" ? "\t" : " ";
    return `\n${text}\n${mark}^`;
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
