/**
 * Instruments every function of the program that is started after it, source untouched:
 *
 * ```sh
 * JS_PERF_SUPPORT=1 deno run -A --preload=jsr:@x/perf/preload app.ts
 * JS_PERF_SUPPORT=1 node --import @x/perf/preload app.mjs
 * ```
 *
 * The environment decides whether trampolines are on from the start; without it, the program is
 * instrumented and inactive, and `activateStackTrampoline` turns them on.
 *
 * Needs `--allow-ffi`, `--allow-read` of the native library, `--allow-write=/tmp` and
 * `--allow-env` of the variables, once trampolines are on.
 *
 * @module
 */
import * as modules from "node:module";

import { activation, publishActivation } from "../activation.ts";
import { currentPlatform } from "../runtime.ts";
import { disguiseFunctions } from "./disguise.ts";
import { instrumentLoad } from "./load_hook.ts";
import type { LoadContext, LoadResult } from "./loaded_source.ts";

type Load = (url: string, context: LoadContext) => LoadResult;

/** Lacks in older runtimes, whatever the types say. */
const { registerHooks } = modules as {
  registerHooks?: (hooks: {
    load(url: string, context: LoadContext, next: Load): LoadResult;
  }) => void;
};

publishActivation();
if (registerHooks !== undefined) {
  disguiseFunctions(globalThis);
  activation.decide();
  registerHooks({
    load: (url, context, next) => instrumentLoad(url, context, next(url, context)),
  });
} else {
  const { name, version } = currentPlatform().runtime;
  console.warn(
    `@x/perf: Cannot instrument the program: ${name} ${version} has no module.registerHooks, must ` +
      "be Node 22.15 or newer, or Deno; functions that withPerf() wraps are seen all the same",
  );
}
