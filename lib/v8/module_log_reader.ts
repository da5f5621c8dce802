import { fileURLToPath } from "node:url";

import type { SourceKind } from "../instrument/syntax_tree.ts";
import { type ModulePositions, modulePositions } from "./function_positions.ts";
import type { ModuleLogLine } from "./module_log.ts";

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
    const noted = JSON.parse(line) as ModuleLogLine;
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

/** CommonJS modules have a path for a name. */
function moduleKey(url: string): string {
  return url.startsWith("file:") ? fileURLToPath(url) : url;
}
