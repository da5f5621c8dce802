import { constants } from "node:os";
import process from "node:process";

import type { Activation } from "../activation/activation.ts";
import type { BackendName } from "../backends/backend.ts";
import type { ReadVariable } from "../activation/switches.ts";
import { warn } from "../base/warnings.ts";
import type { VariableName } from "../base/environment.ts";

/** Names the signal that turns trampolines on and off; `1` is {@linkcode DEFAULT_TOGGLE_SIGNAL}. */
export const TOGGLE_VARIABLE: VariableName = "JS_PERF_TOGGLE_SIGNAL";

/** The signal where only that one is wanted is said. */
export const DEFAULT_TOGGLE_SIGNAL = "SIGUSR2";

/** Those that cannot be caught, or that a runtime needs for itself. */
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
 * @param value Its name, as `SIGUSR1`; `1` for {@linkcode DEFAULT_TOGGLE_SIGNAL}, empty or `0` for none.
 * @param source Who says so; it is what the error names.
 * @throws {RangeError} If it is none that can turn anything on.
 */
export function parseToggleSignal(value: string, source: string): NodeJS.Signals | undefined {
  if (value === "" || value === "0") return undefined;
  const name = value === "1" ? DEFAULT_TOGGLE_SIGNAL : value;
  if (!Object.hasOwn(constants.signals, name) || UNUSABLE.includes(name)) {
    throw new RangeError(
      `Cannot use signal "${value}" of ${source}: must be one that a program can take, as ${DEFAULT_TOGGLE_SIGNAL}`,
    );
  }
  return name as NodeJS.Signals;
}

/**
 * Turns trampolines on and off with a signal, if the environment names one. The signal is heard
 * where the program awaits something, and keeps no program alive.
 *
 * @param activation What is turned on.
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
