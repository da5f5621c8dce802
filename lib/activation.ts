import { apply } from "./builtins.ts";
import type { Backend, BackendName } from "./backend.ts";
import {
  type Engine,
  type EngineChoice,
  type EngineName,
  engineObstacle,
  type RunDeep,
} from "./engine.ts";
import { JitdumpBackend } from "./jitdump_backend.ts";
import { NativeEngine } from "./native_engine.ts";
import { neededPermissions } from "./needed_permissions.ts";
import { PerfError } from "./perf_error.ts";
import { PerfMapBackend } from "./perf_map_backend.ts";
import { Registry } from "./registry.ts";
import { missingPermission, readVariable } from "./runtime.ts";
import { decideSwitches, type ReadVariable } from "./switches.ts";
import type { FunctionLabel } from "./symbol_name.ts";

/** Off: instrumented functions run as if they were plain. */
export const INACTIVE = 0;
/** On. */
export const ACTIVE = 1;
/** The environment has not been asked yet. */
export const UNDECIDED = 2;

// deno-lint-ignore no-explicit-any -- any function can be instrumented
type AnyFunction<Result> = (...args: any[]) => Result;

/**
 * What all instrumented code of an isolate shares: the functions' labels,
 * whether trampolines are on, and which trampoline each function has.
 */
export class Activation {
  /** {@linkcode INACTIVE}, {@linkcode ACTIVE} or {@linkcode UNDECIDED}: all that a hot path looks at. */
  mode: typeof INACTIVE | typeof ACTIVE | typeof UNDECIDED = UNDECIDED;
  readonly #labels: FunctionLabel[] = [];
  readonly #backends = new Map<BackendName, Backend>();
  readonly #engines = new Map<EngineName, Engine>();
  readonly #registries: Registry[] = [];
  #current: Registry | undefined;

  /** Called by the body of a Worker's entry as it begins. */
  entered: () => void = () => {};

  /** Gives a function its number; it gets a trampoline when it is first called while active. */
  define(label: FunctionLabel): number {
    return this.#labels.push(label) - 1;
  }

  /** How many functions have a number: the number of the next. */
  get functionCount(): number {
    return this.#labels.length;
  }

  /** Calls a function inside its trampoline while active, plainly otherwise. */
  call<Result>(
    id: number,
    fn: AnyFunction<Result>,
    self: unknown,
    args: ArrayLike<unknown>,
  ): Result {
    if (this.mode === UNDECIDED) this.decide();
    const registry = this.#current;
    if (registry === undefined) return apply(fn, self, args);
    let trampoline = registry.trampolines[id] ?? -1;
    if (trampoline < 0) {
      trampoline = this.#register(registry, id);
      if (trampoline < 0) return apply(fn, self, args);
    }
    return registry.engine.call(trampoline, fn, self, args);
  }

  /** Runs a body inside a function's trampoline while active, plainly otherwise. */
  run<Result>(id: number, body: () => Result): Result {
    return this.mode === INACTIVE ? body() : this.call(id, body, undefined, NO_ARGUMENTS);
  }

  /** Gives a function its trampoline while active, for code whose frame begins later or never. */
  touch(id: number): void {
    const registry = this.mode === INACTIVE ? undefined : this.#current;
    if (registry !== undefined && (registry.trampolines[id] ?? -1) < 0) {
      this.#register(registry, id);
    }
  }

  /** The backend in use, `undefined` while inactive. */
  get backend(): BackendName | undefined {
    if (this.mode === UNDECIDED) this.decide();
    return this.#current?.backend.name;
  }

  /** The engine in use, `undefined` while inactive. */
  get engine(): EngineName | undefined {
    if (this.mode === UNDECIDED) this.decide();
    return this.#current?.engine.name;
  }

  /**
   * Turns trampolines on.
   *
   * @throws {PerfError} If the platform, the library or the file does not allow it; then nothing has changed.
   */
  activate(backend: BackendName, engine: EngineChoice = "auto"): void {
    this.#current = this.#registry(backend, engine === "auto" ? "native" : engine);
    this.mode = ACTIVE;
  }

  /** Turns trampolines off. Safe at any depth: a trampoline outlives its use. */
  deactivate(): void {
    this.#current?.backend.flush?.();
    this.#current = undefined;
    this.mode = INACTIVE;
  }

  /**
   * Does what the environment asks for. What cannot be done is a warning, and the program goes on.
   *
   * @param read Reads the environment.
   */
  decide(read: ReadVariable = readVariable): void {
    this.deactivate();
    try {
      const { backend, engine } = decideSwitches(read);
      if (backend === undefined) return;
      // Nobody shall be asked for anything in the middle of a program that asked for nothing.
      const missing = missingPermission(neededPermissions(backend));
      if (missing !== undefined) {
        throw new PerfError(`Cannot turn trampolines on: permission ${missing} is missing`, {
          code: "permission",
        });
      }
      this.activate(backend, engine);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** Runs a body, and what it calls, plainly, whatever is instrumented of it. */
  #pause<Result>(body: () => Result): Result {
    this.mode = INACTIVE;
    try {
      return body();
    } finally {
      this.mode = this.#current === undefined ? INACTIVE : ACTIVE;
    }
  }

  #register(registry: Registry, id: number): number {
    try {
      // What the program put in the place of a builtin that is used here would, instrumented, need
      // its own trampoline to make this one.
      return this.#pause(() => registry.register(id, this.#labels[id]!));
    } catch (error) {
      // Not an obstacle but the program's own recursion, without stack for one call more.
      if (error instanceof RangeError) throw error;
      this.#giveUp(error);
      return -1;
    }
  }

  #giveUp(error: unknown): void {
    this.deactivate();
    const { message, hint } = error as PerfError;
    console.warn(`@x/perf: ${message}; trampolines are off${hint ? ` (see: ${hint})` : ""}`);
  }

  /** Addresses are for ever, and so are backends and engines: what was made once is used again. */
  #registry(backendName: BackendName, engineName: EngineName): Registry {
    const known = this.#registries.find(({ backend, engine }) =>
      backend.name === backendName && engine.name === engineName
    );
    if (known !== undefined) return known;
    const engine = obtain(
      this.#engines,
      engineName,
      // All that a body calls which is too deep for a trampoline is deeper still, and each
      // function saves the stack of asking again.
      (name) => makeEngine(name, (body) => this.#pause(body)),
    );
    const backend = obtain(this.#backends, backendName, makeBackend);
    const registry = new Registry(backend, engine);
    this.#registries.push(registry);
    return registry;
  }
}

function obtain<Name, Thing>(
  known: Map<Name, Thing>,
  name: Name,
  make: (name: Name) => Thing,
): Thing {
  let thing = known.get(name);
  if (thing === undefined) known.set(name, thing = make(name));
  return thing;
}

const NO_ARGUMENTS: readonly unknown[] = Object.freeze([]);

function makeBackend(name: BackendName): Backend {
  switch (name) {
    case "perf":
      return new PerfMapBackend();
    case "perf_jit":
      return new JitdumpBackend();
  }
}

function makeEngine(name: EngineName, runDeep: RunDeep): Engine {
  const obstacle = engineObstacle(name);
  if (obstacle !== undefined) throw new PerfError(obstacle, { code: "unavailable" });
  return new NativeEngine(runDeep);
}

/**
 * The name of the global by which instrumented code, and a second copy of this package (from
 * another address: a registry, a checkout), reach the one activation of the isolate. A global,
 * since functions can run before the modules that they import; its last digit is the version of
 * what instrumented code calls.
 */
export const RUNTIME_EXPRESSION = "$xperf1";

type Global = { [RUNTIME_EXPRESSION]?: Activation };

/** The activation of this isolate. */
export const activation: Activation = (globalThis as Global)[RUNTIME_EXPRESSION] ??
  new Activation();

/** Makes {@linkcode activation} reachable for instrumented code. */
export function publishActivation(): void {
  // Not enumerable, not to be changed: the program shall not notice it.
  Object.defineProperty(globalThis, RUNTIME_EXPRESSION, { value: activation });
}
