import { constants } from "node:os";
import process from "node:process";

import type { Activation } from "../activation/activation.ts";
import type { BackendName } from "../backends/backend.ts";
import type { ReadVariable } from "../activation/switches.ts";
import { warn } from "../base/warnings.ts";
import type { VariableName } from "../base/environment.ts";

/** Names the signal that turns trampolines on and off; `1` is {@linkcode DEFAULT_TOGGLE_SIGNAL}. */
export const TOGGLE_VARIABLE: VariableName = "JS_PERF_TOGGLE_SIGNAL";

/** The signal that the value `1` stands for. */
export const DEFAULT_TOGGLE_SIGNAL = "SIGUSR2";

/** Signals that a program cannot catch, or that a runtime needs itself. */
const UNUSABLE: readonly string[] = [
  "SIGKILL",
  "SIGSTOP",
  "SIGSEGV",
  "SIGBUS",
  "SIGILL",
  "SIGFPE",
  "SIGABRT",
  "SIGTRAP",
  "SIGSYS",
  "SIGPROF",
];

/**
 * Checks the name of a signal.
 *
 * @param value Its name, as `SIGUSR1`; `1` for {@linkcode DEFAULT_TOGGLE_SIGNAL}, empty or `0` for
 * none.
 * @param source The option or variable that has the value, for the error.
 * @throws {RangeError} If there is no such signal, or a program cannot use it.
 */
export function parseToggleSignal(value: string, source: string): NodeJS.Signals | undefined {
  if (value === "" || value === "0") return undefined;
  const name = value === "1" ? DEFAULT_TOGGLE_SIGNAL : value;
  if (!Object.hasOwn(constants.signals, name) || UNUSABLE.includes(name)) {
    throw new RangeError(
      `Cannot use signal "${value}" of ${source}: must be one that a program can handle, such as ${DEFAULT_TOGGLE_SIGNAL}`,
    );
  }
  return name as NodeJS.Signals;
}

/**
 * Turns trampolines on and off with a signal, if the environment names one. A runtime handles a
 * signal only when the program returns to the event loop. The handler does not keep the program
 * alive.
 *
 * @param activation The activation to switch.
 * @param read Reads the environment.
 */
export function toggleOnSignal(activation: Activation, read: ReadVariable): void {
  let backend: BackendName = activation.backend ?? "perf";
  const toggle = () => {
    try {
      if (activation.backend === undefined) return activation.activate(backend);
      backend = activation.backend;
      activation.deactivate();
    } catch (error) {
      warn(error);
    }
  };
  try {
    const signal = parseToggleSignal(read(TOGGLE_VARIABLE) ?? "", TOGGLE_VARIABLE);
    if (signal !== undefined) process.on(signal, toggle);
  } catch (error) {
    warn(error);
  }
}
