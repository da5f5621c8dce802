/**
 * What is preloaded into a program with `--engine v8`: it notes the modules, so that V8's names can
 * be repaired, and changes nothing.
 *
 * @module
 */
import * as modules from "node:module";
import process from "node:process";

import type { LoadContext, LoadResult } from "../instrument/loaded_source.ts";
import { prepareLibraryFile } from "../library_file.ts";
import { currentPlatform, readVariable } from "../runtime.ts";
import { SAMPLES_VARIABLE } from "../sampler/sampling_variables.ts";
import { beginModuleLog, logModule, MODULES_VARIABLE } from "./module_log.ts";

type Load = (url: string, context: LoadContext) => LoadResult;

/** Lacks in older runtimes, whatever the types say. */
const { registerHooks } = modules as {
  registerHooks?: (hooks: {
    load(url: string, context: LoadContext, next: Load): LoadResult;
  }) => void;
};

const path = readVariable(MODULES_VARIABLE);
if (path) {
  // Programs that it starts are others.
  delete process.env[MODULES_VARIABLE];
  beginModuleLog(path);
  registerHooks?.({
    load(url, context, next) {
      const loaded = next(url, context);
      try {
        logModule(path, url, { context, loaded });
      } catch (error) {
        console.warn(`@x/perf: Cannot note "${url}": ${(error as Error).message}`);
      }
      return loaded;
    },
  });
}
// What it takes to load that shall not be seen where nobody needs it.
if (readVariable(SAMPLES_VARIABLE)) {
  await prepareLibraryFile(currentPlatform());
  const { sampleThisProgram } = await import("../sampler/program_sampler.ts");
  sampleThisProgram(readVariable);
}
