/**
 * Instruments every function of the program that is started after it, source untouched:
 *
 * ```sh
 * JS_PERF_SUPPORT=1 deno run -A --preload=jsr:@x/perf/preload app.ts
 * JS_PERF_SUPPORT=1 node --import @x/perf/preload app.mjs
 * ```
 *
 * The environment decides whether trampolines are on from the start; without it, the program is
 * instrumented and inactive, and `activateStackTrampoline` turns them on. `JS_PERF_INCLUDE` and
 * `JS_PERF_EXCLUDE` are lists of patterns of what is instrumented, as `npm:acorn,src/**`, and
 * `JS_PERF_VERBOSE=1` lists what could not be.
 *
 * Needs `--allow-ffi`, `--allow-read` of the native library, `--allow-write=/tmp` and
 * `--allow-env` of the variables, once trampolines are on.
 *
 * @module
 */
import { activation } from "./activation/activation.ts";
import { unreadableSwitches } from "./activation/needed_permissions.ts";
import { warn } from "./base/warnings.ts";
import { prepareLibraryFile } from "./native/library_file.ts";
import { currentPlatform, readVariable } from "./runtime/runtime.ts";
import { asksForTrampolines } from "./activation/switches.ts";
import { sampleThisProgram } from "./sampler/program_sampler.ts";
import { SAMPLES_VARIABLE } from "./sampler/sampling_variables.ts";
import { recordScope } from "./sampler/scope.ts";
import { startInstrumenting } from "./instrument/start.ts";

if (asksForTrampolines(readVariable) || readVariable(SAMPLES_VARIABLE)) {
  await prepareLibraryFile(currentPlatform());
}
const unreadable = unreadableSwitches();
if (unreadable !== undefined) warn(unreadable, "trampolines are off");
sampleThisProgram(readVariable);
startInstrumenting({ read: readVariable });
recordScope(activation, readVariable);
