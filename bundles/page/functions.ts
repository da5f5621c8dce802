/** Names and places of functions, as the page writes them. */
import type { FrameKind } from "../../lib/recording/frame.ts";
import { PAGE_KINDS } from "../../lib/report/page/page_data.ts";
import type { Model } from "./model.ts";

/** The kind of a key's code; `undefined` for threads and for the root. */
export function kindOf(model: Model, key: number): FrameKind | undefined {
  return key < model.functions ? PAGE_KINDS[model.fnKind[key]!] : undefined;
}

/** The name of a function, thread or root; `[deno]` for code of deno's without a name. */
export function nameOf(model: Model, key: number): string {
  if (key >= model.functions) return model.data.labels[key - model.functions] ?? "all";
  const name = model.data.functions.name[key]!;
  if (name !== "") return name;
  const place = shortPlace(model, key) || "unknown";
  return place.startsWith("[") ? place : `[${place}]`;
}

/** The file of a function, or the library or program that it is in; empty where unknown. */
export function fileOf(model: Model, key: number): string {
  if (key >= model.functions) return "";
  const file = model.fnFile[key]!;
  return file > 0 ? model.data.files[file - 1]! : model.data.modules[model.fnModule[key]!]!;
}

/** The file's name and the line, as `app.ts:12`. */
export function shortPlace(model: Model, key: number): string {
  const path = fileOf(model, key);
  return withLine(path.slice(path.lastIndexOf("/") + 1), lineOf(model, key));
}

/** The file's path and the line. */
export function longPlace(model: Model, key: number): string {
  return withLine(fileOf(model, key), lineOf(model, key));
}

/** The address where a browser finds the source; `undefined` where it does not. */
export function sourceAddress(file: string, line: number): string | undefined {
  const address = file.startsWith("/")
    ? `file://${file.split("/").map(encodeURIComponent).join("/")}`
    : file;
  return /^(?:file|https?):/.test(address) ? `${address}#L${line || 1}` : undefined;
}

/** The text that a search looks in. */
export function searchText(model: Model, key: number): string {
  return `${nameOf(model, key)} ${longPlace(model, key)}`;
}

function lineOf(model: Model, key: number): number {
  return key < model.functions && model.fnFile[key]! > 0 ? model.fnLine[key]! : 0;
}

function withLine(path: string, line: number): string {
  return line > 0 ? `${path}:${line}` : path;
}
