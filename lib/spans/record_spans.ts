import process from "node:process";

import type { ReadVariable } from "../activation/switches.ts";
import type { VariableName } from "../base/environment.ts";
import { publishSpanRunner } from "../base/span_runner.ts";
import { warn } from "../base/warnings.ts";
import { SPAN_FILES, type SpanFileEntry } from "../recording/spans/span_log.ts";
import { onProcessEnd } from "../runtime/runtime.ts";
import { recordRequests } from "./http_spans.ts";
import { EntryFile } from "./entry_file.ts";
import { SpanRecorder } from "./span_recorder.ts";

/** Names the file that spans go to. */
export const SPANS_VARIABLE: VariableName = "JS_PERF_SPANS";

/**
 * Records the spans of this program's main thread, if the environment asks for it: those of `span()`
 * and of `performance.measure()`, and HTTP requests. An obstacle becomes a warning, and the program
 * goes on.
 *
 * Needs `--allow-ffi`, `--allow-read` of the native library, `--allow-write` of the file and
 * `--allow-env` of the variable.
 *
 * @param read Reads the environment.
 * @returns The recorder; `undefined` where no spans are recorded.
 */
export function recordSpans(read: ReadVariable): SpanRecorder | undefined {
  const path = read(SPANS_VARIABLE);
  if (!path) return undefined;
  try {
    // Programs that this one starts must not write into the file.
    delete process.env[SPANS_VARIABLE];
    const file = new EntryFile<SpanFileEntry>(path, SPAN_FILES);
    const recorder = new SpanRecorder(file);
    publishSpanRunner((name, body) => recorder.run(name, body));
    recordRequests(recorder);
    recordMeasures(file);
    onProcessEnd(() => recorder[Symbol.dispose]());
    return recorder;
  } catch (error) {
    warn(error, "no spans are recorded");
    return undefined;
  }
}

/** Has `performance.measure()` write each measure that it makes. */
function recordMeasures(file: EntryFile<SpanFileEntry>): void {
  const descriptor = Object.getOwnPropertyDescriptor(Performance.prototype, "measure")!;
  const measure: Performance["measure"] = descriptor.value;
  const recorded = {
    measure(this: Performance, ...args: Parameters<Performance["measure"]>) {
      const entry = Reflect.apply(measure, this, args);
      const { name, startTime, duration } = entry;
      file.add(["measure", name, file.timeOf(startTime), file.timeOf(startTime + duration)]);
      return entry;
    },
  };
  Object.defineProperty(Performance.prototype, "measure", {
    ...descriptor,
    value: recorded.measure,
  });
}
