import { BACKEND_NAMES, type BackendName } from "../backends/backend.ts";
import { ENGINE_CHOICES, type EngineChoice } from "../engines/engine.ts";
import type { VariableName } from "../base/environment.ts";

/** The outcome of all switches. */
export interface Wish {
  /** The backend to turn on; `undefined` leaves trampolines off. */
  backend: BackendName | undefined;
  /** The engine that makes the trampolines. */
  engine: EngineChoice;
}

/** Reads an environment variable; `undefined` where it is not set. */
export type ReadVariable = (name: string) => string | undefined;

/** The environment variable of each backend. */
export const BACKEND_VARIABLES: Readonly<Record<BackendName, VariableName>> = {
  perf: "JS_PERF_SUPPORT",
  perf_jit: "JS_PERF_JIT_SUPPORT",
};

/** The environment variable that chooses the engine. */
export const ENGINE_VARIABLE: VariableName = "JS_PERF_ENGINE";

/** Backends by precedence: at one level, the first one that is asked for wins. */
const BY_RANK: readonly BackendName[] = ["perf_jit", "perf"];

/** The switches of the command line. */
export interface SwitchOptions {
  /** Values of `-X`, in order: `perf`, `perf_jit`, `perf=0`, ... @default {[]} */
  x?: readonly string[];
  /** Value of `--engine`; `undefined` where it is not given. */
  engine?: string;
}

/**
 * Decides what the `-X` options and the environment ask for; options win over
 * variables, and at one level `perf_jit` wins over `perf`.
 *
 * @param read Reads the environment.
 * @param options The command line's switches.
 * @throws {RangeError} If a `-X` name, its value or an engine is unknown; the message names its
 * source.
 */
export function decideSwitches(read: ReadVariable, options: SwitchOptions = {}): Wish {
  const asked = new Map<BackendName, boolean>();
  for (const name of BACKEND_NAMES) {
    if (isOn(read(BACKEND_VARIABLES[name]))) asked.set(name, true);
  }
  const byOption = parseXOptions(options.x ?? []);
  const decisive = [...byOption.values()].includes(true)
    ? byOption
    : new Map([...asked, ...byOption]);
  return {
    backend: BY_RANK.find((name) => decisive.get(name)),
    engine: options.engine !== undefined
      ? parseEngine(options.engine, "--engine")
      : parseEngine(read(ENGINE_VARIABLE) || "auto", ENGINE_VARIABLE),
  };
}

/** Whether the environment asks for trampolines, with any backend. */
export function asksForTrampolines(read: ReadVariable): boolean {
  return BACKEND_NAMES.some((name) => isOn(read(BACKEND_VARIABLES[name])));
}

/** The variables that ask a child process for a wish; `undefined` unsets one. */
export function environmentFor(wish: Wish): Record<string, string | undefined> {
  const variables: Record<string, string | undefined> = { [ENGINE_VARIABLE]: wish.engine };
  for (const name of BACKEND_NAMES) {
    variables[BACKEND_VARIABLES[name]] = name === wish.backend ? "1" : undefined;
  }
  return variables;
}

/** A variable that is unset, empty or `0` is off, anything else on. */
function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0";
}

function parseXOptions(values: readonly string[]): Map<BackendName, boolean> {
  const asked = new Map<BackendName, boolean>();
  for (const value of values) {
    const [name, setting] = value.split(/=(.*)/s, 2);
    const backend = BACKEND_NAMES.find((known) => known === name);
    if (backend === undefined) {
      throw new RangeError(
        `Cannot use option "-X ${value}": unknown name, must be ${BACKEND_NAMES.join(" or ")}`,
      );
    }
    if (setting !== undefined && setting !== "0" && setting !== "1") {
      throw new RangeError(`Cannot use option "-X ${value}": the value must be 0 or 1`);
    }
    asked.set(backend, setting !== "0");
  }
  return asked;
}

/** Checks the name of an engine; the error names `source`. */
export function parseEngine(value: string, source: string): EngineChoice {
  const engine = ENGINE_CHOICES.find((known) => known === value);
  if (engine === undefined) {
    throw new RangeError(
      `Cannot use engine "${value}" of ${source}: must be ${ENGINE_CHOICES.join(" or ")}`,
    );
  }
  return engine;
}
