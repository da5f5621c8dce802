import { activation, publishActivation } from "../activation/activation.ts";
import { enteredText, RUNTIME_EXPRESSION } from "../activation/instrumented_code.ts";
import { host, onProcessEnd, workingDirectory } from "../runtime/runtime.ts";
import { siblingModule } from "../base/sibling_module.ts";
import type { ReadVariable } from "../activation/switches.ts";
import { denoDialect } from "./stacks/deno_dialect.ts";
import { settleFailures, testRunner } from "./stacks/deno_tests.ts";
import { disguiseFunctions } from "./disguise.ts";
import type { CallSite } from "./stacks/call_sites.ts";
import { ErrorStacks, type StackDialect } from "./stacks/error_stack.ts";
import { LeftAlone, parseVerbosity, VERBOSE_VARIABLE } from "./left_alone.ts";
import { Loads } from "./load_hook.ts";
import { restoreExceptionMessages } from "./stacks/messages.ts";
import { ModuleMaps } from "./stacks/module_maps.ts";
import { hideFramesOfCallSites } from "./stacks/node_call_sites.ts";
import { showOriginalLines } from "./stacks/node_excerpt.ts";
import { formatStack as formatNodeStack } from "./stacks/node_stack.ts";
import { hookRequire } from "./require_hook.ts";
import {
  type CheckedSelection,
  EXCLUDE_VARIABLE,
  INCLUDE_VARIABLE,
  makeCheckedSelection,
} from "./selection.ts";
import { instrumentationObstacle, registerHooks } from "./register_hooks.ts";
import { toggleOnSignal } from "./toggle_signal.ts";
import { instrumentWorkers } from "./workers/workers.ts";
import { warn } from "../base/warnings.ts";

/** The module through which the C library calls functions of the program in Node. */
const NATIVE_CALLER = siblingModule("../native/napi_library", import.meta.url);

/** Options of {@linkcode startInstrumenting}. */
export interface StartOptions {
  /**
   * Reads a variable of the environment; in a Worker, one of those that its creator passed to it.
   */
  read: ReadVariable;
  /** The address of the module that a Worker starts with. */
  entry?: string;
  /** The address of worker_entry.ts, by which the Workers of this thread start. */
  workerEntry: string;
}

/**
 * Statements in front of the program's module in a Worker. They tell our entry that the body
 * begins, and set `import.meta.main`: the first module of the Worker is ours, so it would be false.
 */
const ENTER = `import.meta.main=true;${enteredText(RUNTIME_EXPRESSION)}`;

/** Instruments all modules of this thread that are loaded from here on. */
export function startInstrumenting({ read, entry, workerEntry }: StartOptions): void {
  publishActivation();
  if (registerHooks === undefined) return warnOfOldRuntime();
  if (Object.isFrozen(Error)) return warnOfFrozenIntrinsics();
  disguiseFunctions(globalThis);
  const maps = hideFrames();
  activation.decide(read);
  toggleOnSignal(activation, read);
  const verbosity = parseVerbosity(read(VERBOSE_VARIABLE));
  const leftAlone = new LeftAlone(warn, verbosity);
  const { selects, unmatched } = selectionOf(read);
  const loads = new Loads({
    selects,
    leftAlone,
    maps,
    entry: entry === undefined ? undefined : { url: entry, start: ENTER },
  });
  registerHooks({ load: loads.hook });
  hookRequire(loads.instrumentRequired);
  if (verbosity !== "silent") onProcessEnd(() => leftAlone.end());
  if (read(INCLUDE_VARIABLE)) onProcessEnd(() => unmatched().forEach(warnOfUnmatched));
  instrumentWorkers(read, workerEntry);
}

/** Keeps our frames out of the stacks of errors. */
function hideFrames(): ModuleMaps {
  const maps = new ModuleMaps();
  const place: StackDialect["place"] = (sites) => maps.place(sites);
  const { prepareStackTrace } = Error;
  const runner = host.mapsStacks ? testRunner() : undefined;
  const nodeDialect = {
    place,
    format: (error: unknown, sites: readonly CallSite[]) =>
      formatNodeStack(error, sites, prepareStackTrace),
  };
  const stacks = new ErrorStacks(
    globalThis,
    host.mapsStacks ? { place, ...denoDialect({ runner }) } : nodeDialect,
  );
  activation.limitHolder = stacks.limitHolder;
  activation.onSwitch((isOn) => stacks.switch(isOn));
  restoreExceptionMessages(globalThis);
  if (!host.mapsStacks) {
    showOriginalLines(maps, NATIVE_CALLER);
    hideFramesOfCallSites(maps);
  }
  // Deno reports an uncaught error of a Worker to its parent thread by the frames, not by the text.
  // Settling takes the frames away, so only the main thread settles.
  if (host.mapsStacks && host.isMainThread()) {
    // Deno dispatches both events before it prints the error.
    addEventListener("error", ({ error }) => stacks.settle(error));
    addEventListener("unhandledrejection", ({ reason }) => stacks.settle(reason));
    if (runner !== undefined) settleFailures((error) => stacks.settle(error));
  }
  return maps;
}

function warnOfOldRuntime(): void {
  warn(
    `Cannot instrument the program: ${instrumentationObstacle()}; ` +
      "functions that withPerf() wraps are seen all the same",
  );
}

function warnOfFrozenIntrinsics(): void {
  warn(
    "Cannot instrument the program: its intrinsics are frozen, so that it would see instrumented code " +
      "in its functions and stacks; functions that withPerf() wraps are seen all the same",
  );
}

/** Warns of a pattern that selected nothing. Workers have selections of their own. */
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
  // Only patterns need the working directory. Without them it is not read, since that needs a
  // permission in Deno.
  const directory = include!.text || exclude!.text ? workingDirectory() : "/";
  try {
    return makeCheckedSelection({ include: include!, exclude: exclude!, directory });
  } catch (error) {
    warn(error, "nothing is instrumented");
    return { selects: () => false, unmatched: () => [] };
  }
}
