/**
 * Instruments every function of the program that is started after it, source untouched:
 *
 * ```sh
 * JS_PERF_SUPPORT=1 deno run -A --preload=jsr:@x/perf/preload app.ts
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
import { registerHooks } from "node:module";

import { activation, publishActivation } from "../activation.ts";
import { disguiseFunctions } from "./disguise.ts";
import { instrumentLoad, type LoadContext, type LoadResult } from "./load_hook.ts";

publishActivation();
disguiseFunctions(globalThis);
activation.decide();
registerHooks(
  {
    load(
      url: string,
      context: LoadContext,
      next: (url: string, context: LoadContext) => LoadResult,
    ) {
      return instrumentLoad(url, context, next(url, context));
    },
  } as Parameters<typeof registerHooks>[0],
);
