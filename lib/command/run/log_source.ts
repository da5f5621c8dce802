import * as fs from "node:fs";

import { isOwnFile } from "../../source/own_module.ts";
import { functionSymbol } from "../../base/symbol_name.ts";
import type { CodeRegistry } from "../../v8_log/code_registry.ts";
import { HOLE } from "../../v8_log/code_table.ts";
import { FrameResolver } from "../../v8_log/frame_resolver.ts";
import { LogClock } from "../../v8_log/log_clock.ts";
import { readLogLines } from "../../v8_log/log_lines.ts";
import { LogParser } from "../../v8_log/log_parser.ts";
import type { MapEntry, MapSource } from "./live_map.ts";
import { denoTexts, isDenos } from "../logs/deno_texts.ts";

/**
 * Follows a log while V8 writes it, and names new code. Code in the runtime's own program is left
 * out, because perf uses a map only for memory without a file.
 *
 * @param path The log.
 */
export function logSource(path: string): MapSource {
  let descriptor: number | undefined;
  const read = (offset: number, length: number) => {
    if (descriptor === undefined) return new Uint8Array();
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, length, offset));
  };
  const parser = new LogParser(read, new LogClock([]));
  const texts = denoTexts();
  const text = (url: string) => isDenos({ read }) ? texts(url) : undefined;
  const resolver = new FrameResolver(read, parser.code, text);
  let offset = 0;
  let piece = 0;
  const readOn = () => {
    const lines = readLogLines(read, offset, parser.take);
    for (;;) {
      const { value, done } = lines.next();
      if (!done) continue;
      offset = value.offset;
      break;
    }
    const added: MapEntry[] = [];
    for (const { length } = parser.code.pieces; piece < length; piece++) {
      const entry = entryOf(parser.code, resolver, piece);
      if (entry !== undefined) added.push(entry);
    }
    return added;
  };
  return {
    takeChanges() {
      // The log is open only here: a program can have thousands of Workers, with a log each.
      try {
        if (fs.statSync(path).size <= offset) return { added: [] };
        descriptor = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
      } catch {
        // The log has been removed, so no more code comes.
        return { added: [] };
      }
      try {
        return { added: readOn() };
      } finally {
        fs.closeSync(descriptor);
        descriptor = undefined;
      }
    },
  };
}

function entryOf(
  { pieces }: CodeRegistry,
  resolver: FrameResolver,
  piece: number,
): MapEntry | undefined {
  if (pieces.function[piece] === HOLE) return undefined;
  const { kind, name, file, line } = resolver.frameOf(piece);
  // WebAssembly code may be trampolines, which the program itself names.
  if (kind === "builtin" || kind === "handler" || kind === "wasm") return undefined;
  if (file !== undefined && isOwnFile(file)) return undefined;
  const symbol = file === undefined ? name : functionSymbol({ name, file, line });
  return { address: pieces.start[piece]!, size: pieces.size[piece]!, symbol };
}
