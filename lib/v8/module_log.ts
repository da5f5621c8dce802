import { appendFileSync } from "node:fs";
import process from "node:process";

import {
  type LoadContext,
  type LoadResult,
  readLoadedSource,
} from "../instrument/loaded_source.ts";
import type { SourceKind } from "../instrument/syntax_tree.ts";
import { stripTypes } from "../instrument/type_stripping.ts";
import { type ModulePositions, modulePositions } from "./function_positions.ts";
import { moduleKey } from "./perf_map_repair.ts";

/** Names the file that modules are noted in. */
export const MODULES_VARIABLE = "JS_PERF_MODULES";

/** A line of the log: a module, or, the first, the process. */
type Line = { pid: number } | { url: string; kind: SourceKind; text: string };

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

function append(path: string, line: Line): void {
  appendFileSync(path, JSON.stringify(line) + "\n");
}

/** What a program has noted. */
export interface ModuleLog {
  /** The process's number; `undefined` where it did not come so far. */
  pid: number | undefined;
  /** What is known of the module at an address, or path. */
  positionsOf(url: string): ModulePositions | undefined;
}

/** Reads a log; a line that was cut off, since the process was killed, is passed over. */
export function readModuleLog(text: string): ModuleLog {
  const modules = new Map<string, { kind: SourceKind; text: string }>();
  const known = new Map<string, ModulePositions>();
  let pid: number | undefined;
  for (const line of text.split("\n").slice(0, -1)) {
    const noted = JSON.parse(line) as Line;
    if ("pid" in noted) pid ??= noted.pid;
    else modules.set(moduleKey(noted.url), noted);
  }
  return {
    pid,
    positionsOf(url) {
      const key = moduleKey(url);
      const module = modules.get(key);
      if (module === undefined) return undefined;
      let positions = known.get(key);
      if (positions === undefined) {
        known.set(key, positions = modulePositions(module.text, module.kind));
      }
      return positions;
    },
  };
}
