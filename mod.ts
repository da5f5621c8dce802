/**
 * Linux `perf` support for JavaScript and TypeScript. Run a program with trampolines on, and
 * `perf report` shows its functions as `js::foo:/src/app.ts:12`, between native and kernel frames.
 *
 * @example
 * ```ts
 * import { withPerf } from "@x/perf";
 * import { equal } from "node:assert/strict";
 *
 * const parse = withPerf(function parse(text: string) {
 *   return JSON.parse(text);
 * });
 * equal(parse("42"), 42);
 * ```
 *
 * @module
 */
export {
  type AnyFunction,
  type MethodContext,
  withPerf,
  type WithPerfOptions,
} from "./lib/api/with_perf.ts";
export {
  type ActivateOptions,
  activateStackTrampoline,
  deactivateStackTrampoline,
  isStackTrampolineActive,
} from "./lib/api/activate.ts";
export {
  type Profiling,
  type ProfilingOptions,
  startProfiling,
} from "./lib/push/start_profiling.ts";
export { perfSession } from "./lib/api/perf_session.ts";
export { span } from "./lib/api/span.ts";
export { type Trampoline, trampoline } from "./lib/api/trampoline.ts";
export { writePerfMapEntry } from "./lib/api/write_perf_map_entry.ts";
export { type Feature, type Support, support } from "./lib/api/support.ts";
export type { Platform, RuntimeName } from "./lib/runtime/runtime.ts";
export { perfRecordArgs, type PerfRecordOptions } from "./lib/perf/perf_record_args.ts";
export { type CallGraph, parseCallGraph } from "./lib/perf/call_graph.ts";
export { parsePerfVersion, type PerfVersion } from "./lib/perf/perf_version.ts";
export { PerfError, type PerfErrorCode, type PerfErrorOptions } from "./lib/base/perf_error.ts";
export type { BackendName } from "./lib/backends/backend.ts";
export type { EngineChoice, EngineName } from "./lib/engines/engine.ts";
