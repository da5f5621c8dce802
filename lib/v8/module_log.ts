import { appendFileSync } from "node:fs";
import process from "node:process";

import {
  type LoadContext,
  type LoadResult,
  readLoadedSource,
} from "../instrument/loaded_source.ts";
import type { SourceKind } from "../instrument/syntax_tree.ts";
import { stripTypes } from "../instrument/type_stripping.ts";

/** Names the file that modules are noted in. */
export const MODULES_VARIABLE = "JS_PERF_MODULES";

/** A line of the log: a module, or, the first, the process. */
export type ModuleLogLine = { pid: number } | { url: string; kind: SourceKind; text: string };

/** Notes which process this is, for whoever reads the log. */
export function beginModuleLog(path: string): void {
  append(path, { pid: process.pid });
}

/** Notes a module's JavaScript as it was loaded, before V8 gets it. */
export function logModule(
  path: string,
  url: string,
  { context, loaded }: { context: LoadContext; loaded: LoadResult },
): void {
  if (!/^(file|https?):/.test(url)) return;
  const source = readLoadedSource(url, context, loaded, stripTypes);
  if (source !== undefined) append(path, { url, kind: source.kind, text: source.text });
}

function append(path: string, line: ModuleLogLine): void {
  appendFileSync(path, JSON.stringify(line) + "\n");
}
