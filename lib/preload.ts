/**
 * Instruments every function of the program that is started after it. The sources stay untouched:
 *
 * ```sh
 * JS_PERF_SUPPORT=1 deno run -A --preload=jsr:@x/perf/preload app.ts
 * JS_PERF_SUPPORT=1 node --import @x/perf/preload app.mjs
 * ```
 *
 * The environment decides whether trampolines are on from the start. Otherwise the program is
 * instrumented, and `activateStackTrampoline` turns trampolines on. `JS_PERF_INCLUDE` and
 * `JS_PERF_EXCLUDE` choose modules by lists of patterns, such as `npm:acorn,src/**`;
 * `JS_PERF_VERBOSE=1` lists modules and functions that are left uninstrumented.
 *
 * Trampolines need `--allow-ffi`, `--allow-read=/tmp`, `--allow-write=/tmp` and `--allow-env` of the
 * variables.
 *
 * @module
 */
import { activation } from "./activation/activation.ts";
import { unreadableSwitches } from "./activation/needed_permissions.ts";
import type { VariableName } from "./base/environment.ts";
import { warn } from "./base/warnings.ts";
import { readVariable } from "./runtime/runtime.ts";
import { startInstrumenting } from "./instrument/start.ts";
import { WORKER_ENTRY } from "./worker_entry.ts";

const unreadable = unreadableSwitches();
if (unreadable !== undefined) warn(unreadable, "trampolines are off");
/** The variables by which the command asks for a recording inside the program. */
const RECORDED: readonly VariableName[] = [
  "JS_PERF_SAMPLES",
  "JS_PERF_SCOPE",
  "JS_PERF_SPANS",
  "JS_PERF_WAITS",
];
const recorders = RECORDED.some((name) => readVariable(name))
  ? await import("./recorders.ts")
  : undefined;

recorders?.sampleThisProgram(readVariable);
startInstrumenting({ read: readVariable, workerEntry: WORKER_ENTRY });
recorders?.recordScope(activation, readVariable);
recorders?.recordWaits(readVariable, recorders.recordSpans(readVariable));
