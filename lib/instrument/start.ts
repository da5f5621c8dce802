import { activation, publishActivation } from "../activation/activation.ts";
import { enteredText, RUNTIME_EXPRESSION } from "../activation/instrumented_code.ts";
import { host, onProcessEnd, workingDirectory } from "../runtime/runtime.ts";
import { siblingModule } from "../base/sibling_module.ts";
import type { ReadVariable } from "../activation/switches.ts";
import { denoDialect } from "./stacks/deno_dialect.ts";
import { disguiseFunctions } from "./disguise.ts";
import { ErrorStacks, type StackDialect } from "./stacks/error_stack.ts";
import { LeftAlone, parseVerbosity, VERBOSE_VARIABLE } from "./left_alone.ts";
import { makeLoadHook } from "./load_hook.ts";
import { ModuleMaps } from "./stacks/module_maps.ts";
import { instrumentationObstacle, registerHooks } from "./register_hooks.ts";
import { showOriginalLines } from "./stacks/node_excerpt.ts";
import { formatStack as formatNodeStack } from "./stacks/node_stack.ts";
import {
  type CheckedSelection,
  EXCLUDE_VARIABLE,
  INCLUDE_VARIABLE,
  makeCheckedSelection,
} from "./selection.ts";
import { toggleOnSignal } from "./toggle_signal.ts";
import { instrumentWorkers } from "./workers/workers.ts";
import { warn } from "../base/warnings.ts";

/** By which native code calls functions of the program, in Node. */
const NATIVE_CALLER = siblingModule("../native/napi_library", import.meta.url);

/** What {@linkcode startInstrumenting} is told. */
export interface StartOptions {
  /** Reads the environment, or what stands for it in a Worker. */
  read: ReadVariable;
  /** The address of the module that a Worker starts with. */
  entry?: string;
}

/** Runs before the body of that module: any other would not be the main one. */
const ENTER = `import.meta.main=true;${enteredText(RUNTIME_EXPRESSION)}`;

/** Instruments all modules of this thread that are loaded from here on. */
export function startInstrumenting({ read, entry }: StartOptions): void {
  publishActivation();
  if (registerHooks === undefined) return warnOfOldRuntime();
  disguiseFunctions(globalThis);
  const maps = hideFrames();
  activation.decide(read);
  toggleOnSignal(activation, read);
  const verbosity = parseVerbosity(read(VERBOSE_VARIABLE));
  const leftAlone = new LeftAlone(warn, verbosity);
  const { selects, unmatched } = selectionOf(read);
  registerHooks({
    load: makeLoadHook({
      selects,
      leftAlone,
      maps,
      entry: entry === undefined ? undefined : { url: entry, start: ENTER },
    }),
  });
  if (verbosity !== "silent") onProcessEnd(() => leftAlone.end());
  if (read(INCLUDE_VARIABLE)) onProcessEnd(() => unmatched().forEach(warnOfUnmatched));
  instrumentWorkers(read);
}

/** Keeps our frames out of the stacks of errors. */
function hideFrames(): ModuleMaps {
  const maps = new ModuleMaps();
  const place: StackDialect["place"] = (sites) => maps.place(sites);
  const stacks = new ErrorStacks(
    globalThis,
    host.mapsStacks ? { place, ...denoDialect() } : { place, format: formatNodeStack },
  );
  if (!host.mapsStacks) showOriginalLines(maps, NATIVE_CALLER);
  // The error of a Worker is told to the thread that started it by its frames, and not by its text.
  if (host.mapsStacks && host.isMainThread()) {
    // Both come before the runtime prints the error.
    addEventListener("error", ({ error }) => stacks.settle(error));
    addEventListener("unhandledrejection", ({ reason }) => stacks.settle(reason));
  }
  return maps;
}

function warnOfOldRuntime(): void {
  warn(
    `Cannot instrument the program: ${instrumentationObstacle()}; ` +
      "functions that withPerf() wraps are seen all the same",
  );
}

/** Workers have selections of their own, of which this thread knows nothing. */
function warnOfUnmatched(pattern: string): void {
  warn(
    `Pattern "${pattern}" of --include (${INCLUDE_VARIABLE}) matches no module of the main thread`,
  );
}

function selectionOf(read: ReadVariable): CheckedSelection {
  const [include, exclude] = [INCLUDE_VARIABLE, EXCLUDE_VARIABLE].map((source) => ({
    source,
    text: read(source) ?? "",
  }));
  // Where nobody asks for anything, it need not be allowed to ask for the directory.
  const directory = include!.text || exclude!.text ? workingDirectory() : "/";
  try {
    return makeCheckedSelection({ include: include!, exclude: exclude!, directory });
  } catch (error) {
    warn(error, "nothing is instrumented");
    return { selects: () => false, unmatched: () => [] };
  }
}
