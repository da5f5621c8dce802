import process from "node:process";

import type { ReadVariable } from "../activation/switches.ts";
import type { VariableName } from "../base/environment.ts";
import { warn } from "../base/warnings.ts";
import { WAIT_FILES, type WaitFileEntry } from "../recording/waits/wait_log.ts";
import { onProcessEnd } from "../runtime/runtime.ts";
import { EntryFile } from "../spans/entry_file.ts";
import type { SpanRecorder } from "../spans/span_recorder.ts";
import { WaitRecorder } from "./wait_recorder.ts";

/** Names the file that waits go to. */
export const WAITS_VARIABLE: VariableName = "JS_PERF_WAITS";

/**
 * Records the awaits of this program's main thread, if the environment asks for it. An obstacle
 * becomes a warning, and the program goes on.
 *
 * Needs `--allow-ffi`, `--allow-read` of the native library, `--allow-write` of the file and
 * `--allow-env` of the variable.
 *
 * @param read Reads the environment.
 * @param spans Records the program's spans, where that is wanted too.
 */
export function recordWaits(read: ReadVariable, spans?: SpanRecorder): void {
  const path = read(WAITS_VARIABLE);
  if (!path) return;
  try {
    // Programs that this one starts must not write into the file.
    delete process.env[WAITS_VARIABLE];
    const recorder = new WaitRecorder(new EntryFile<WaitFileEntry>(path, WAIT_FILES), spans);
    onProcessEnd(() => recorder[Symbol.dispose]());
  } catch (error) {
    warn(error, "no waits are recorded");
  }
}
