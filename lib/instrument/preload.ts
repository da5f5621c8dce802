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
import * as modules from "node:module";

import { activation, publishActivation } from "../activation.ts";
import { currentPlatform, onProcessEnd, readVariable, workingDirectory } from "../runtime.ts";
import { sampleThisProgram } from "../sampler/program_sampler.ts";
import { disguiseFunctions } from "./disguise.ts";
import { LeftAlone, parseVerbosity, VERBOSE_VARIABLE } from "./left_alone.ts";
import { type LoadHook, makeLoadHook } from "./load_hook.ts";
import { EXCLUDE_VARIABLE, INCLUDE_VARIABLE, makeSelection, type Selection } from "./selection.ts";

/** Lacks in older runtimes, whatever the types say. */
const { registerHooks } = modules as {
  registerHooks?: (hooks: { load: LoadHook }) => void;
};

publishActivation();
sampleThisProgram(readVariable);
if (registerHooks !== undefined) {
  disguiseFunctions(globalThis);
  activation.decide();
  const verbosity = parseVerbosity(readVariable(VERBOSE_VARIABLE));
  const leftAlone = new LeftAlone(console.warn, verbosity);
  registerHooks({ load: makeLoadHook({ selects: selectionOfEnvironment(), leftAlone }) });
  if (verbosity !== "silent") onProcessEnd(() => leftAlone.end());
} else {
  const { name, version } = currentPlatform().runtime;
  console.warn(
    `@x/perf: Cannot instrument the program: ${name} ${version} has no module.registerHooks, must ` +
      "be Node 22.15 or newer, or Deno; functions that withPerf() wraps are seen all the same",
  );
}

function selectionOfEnvironment(): Selection {
  const [include, exclude] = [INCLUDE_VARIABLE, EXCLUDE_VARIABLE].map((source) => ({
    source,
    text: readVariable(source) ?? "",
  }));
  // Where nobody asks for anything, it need not be allowed to ask for the directory.
  const directory = include!.text || exclude!.text ? workingDirectory() : "/";
  try {
    return makeSelection({ include: include!, exclude: exclude!, directory });
  } catch (error) {
    console.warn(`@x/perf: ${(error as Error).message}; nothing is instrumented`);
    return () => false;
  }
}
