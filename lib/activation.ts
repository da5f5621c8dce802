import type { Backend, BackendName } from "./backend.ts";
import { apply, callFunction, defineElement, getOwnPropertyDescriptor } from "./builtins.ts";
import {
  type CodeExtent,
  type DirectEntry,
  type Engine,
  type EngineChoice,
  type EngineHost,
  type EngineName,
  ENTRIES,
  type Entries,
  type Entry,
} from "./engine.ts";
import { FunctionTable } from "./function_table.ts";
import { JitdumpBackend } from "./jitdump_backend.ts";
import { NativeEngine } from "./native_engine.ts";
import { loadNativeLibrary } from "./native_library.ts";
import { neededPermissions } from "./needed_permissions.ts";
import { PerfError } from "./perf_error.ts";
import { PerfMapBackend } from "./perf_map_backend.ts";
import { missingPermission, readVariable } from "./runtime.ts";
import { decideSwitches, type ReadVariable } from "./switches.ts";
import { type FunctionLabel, functionSymbol } from "./symbol_name.ts";
import { WasmEngine } from "./wasm_engine.ts";

/** Off: instrumented functions run as if they were plain. */
export const INACTIVE = 0;
/** On. */
export const ACTIVE = 1;
/** The environment has not been asked yet. */
export const UNDECIDED = 2;

/** The state while trampolines are off. */
const OFF = 0;
/** The state while they are on, and no function is being called again inside its own. */
const NOBODY = -1;

// deno-lint-ignore no-explicit-any -- any function can be instrumented
type AnyFunction<Result> = (...args: any[]) => Result;

/** What has a trampoline of its own, or can have one. */
export interface DirectHolder {
  /** The trampoline. */
  direct: DirectEntry | undefined;
}

/** An engine whose trampolines one backend names. */
interface Pair {
  backend: Backend;
  engine: Engine;
  /** How many functions the engine is ready for. */
  prepared: number;
}

/**
 * What all instrumented code of an isolate shares: the functions, whether trampolines are on, and
 * the way into them. Instrumented code uses `state`, `e0` to `e8`, `rest`, `accessor`, `run` and
 * `touch`:
 *
 *     function f(a, b) {
 *       if ($.state) if ($.state !== 7) {
 *         $.state = 7;
 *         return $.e2(7, f, this, a, b);
 *       } else $.state = -1;
 *
 * Function 7 calls itself again inside its trampoline. The second call finds its own number in
 * `state`, so it runs the body. Every call has its frame.
 */
export class Activation implements Entries {
  /** {@linkcode INACTIVE}, {@linkcode ACTIVE} or {@linkcode UNDECIDED}. */
  mode: typeof INACTIVE | typeof ACTIVE | typeof UNDECIDED = UNDECIDED;
  /**
   * All that an instrumented function looks at: {@linkcode OFF}, the number of the function that is
   * being called inside its trampoline, or {@linkcode NOBODY}.
   */
  state: number = OFF;
  /** @inheritdoc */
  e0: Entry = callPlainly;
  /** @inheritdoc */
  e1: Entry = callPlainly;
  /** @inheritdoc */
  e2: Entry = callPlainly;
  /** @inheritdoc */
  e3: Entry = callPlainly;
  /** @inheritdoc */
  e4: Entry = callPlainly;
  /** @inheritdoc */
  e5: Entry = callPlainly;
  /** @inheritdoc */
  e6: Entry = callPlainly;
  /** @inheritdoc */
  e7: Entry = callPlainly;
  /** @inheritdoc */
  e8: Entry = callPlainly;
  /** Called by the body of a Worker's entry as it begins. */
  entered: () => void = () => {};
  /** Told after trampolines were turned on, and before they are turned off. */
  onSwitch: ((isOn: boolean) => void) | undefined;
  readonly #functions = new FunctionTable();
  readonly #backends = new Map<BackendName, Backend>();
  readonly #pairs: Pair[] = [];
  readonly #promoted: DirectHolder[] = [];
  /** Who has made their trampolines. */
  #promoter: Pair | undefined;
  #current: Pair | undefined;
  #wasmObstacle: string | undefined;

  /**
   * Gives a function its number; it gets a trampoline when it is first called while active.
   *
   * @param label What perf shows.
   * @param args How it is called: with so many arguments, or `APPLY`.
   */
  define(label: FunctionLabel, args: number): number {
    const id = this.#functions.add(label, args);
    this.#prepare();
    return id;
  }

  /** What perf shows of a function; `undefined` where none has the number. */
  label(id: number): FunctionLabel | undefined {
    return this.#functions.label(id);
  }

  /** The number of the next function that {@linkcode defineAll} gets. */
  get functionCount(): number {
    return this.#functions.length;
  }

  /** Gives functions their numbers, in turn from {@linkcode functionCount} on. */
  defineAll(labels: readonly FunctionLabel[], args: readonly number[]): void {
    this.#functions.addAll(labels, args);
    this.#prepare();
  }

  /** Calls a function that was defined with `APPLY` inside its trampoline while active. */
  call<Result>(
    id: number,
    fn: AnyFunction<Result>,
    self: unknown,
    args: ArrayLike<unknown>,
  ): Result {
    if (this.mode === UNDECIDED) this.decide();
    return this.state === OFF ? apply(fn, self, args) : this.e1(id, fn, self, args) as Result;
  }

  /**
   * Gives a function that is called often a trampoline of its own, where there is a cheaper one.
   * It is gone when another engine or backend makes the trampolines.
   *
   * @param label What perf shows.
   * @param args How many arguments the function is called with, up to `MOST_ARGUMENTS`.
   */
  promote(holder: DirectHolder, label: FunctionLabel, fn: unknown, args: number): void {
    const { engine } = this.#current ?? {};
    if (engine?.direct === undefined) return;
    try {
      const id = this.define(label, 0);
      this.#pause(() => {
        holder.direct = engine.direct!(id, fn, args);
        defineElement(this.#promoted, this.#promoted.length, holder);
      });
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /**
   * Runs a body inside a function's trampoline while active, and plainly otherwise. Generated code
   * calls it as `(0,$.run)(…)`: V8 does not name the functions in the body after it.
   */
  readonly run = <Result>(id: number, body: () => Result): Result =>
    this.state === OFF ? body() : this.e0(id, body, undefined) as Result;

  /** Gives a function its trampoline while active, for code whose frame begins later or never. */
  touch(id: number): void {
    if (this.state !== OFF) this.e0(id, doNothing, undefined);
  }

  /** Calls a function that has a rest parameter: `args` are those in front of it. */
  rest(
    id: number,
    fn: unknown,
    self: unknown,
    args: unknown[],
    rest: readonly unknown[],
  ): unknown {
    const { length } = args;
    for (let i = 0; i < rest.length; i++) defineElement(args, length + i, rest[i]);
    return this.e1(id, fn, self, args);
  }

  /** The getter or setter of a class, which has just been made. */
  accessor(holder: object, key: string, kind: "get" | "set"): unknown {
    return getOwnPropertyDescriptor(holder, key)![kind];
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
  activate(backendName: BackendName, engine: EngineChoice = "auto"): void {
    // First of all: whose a file is, backends ask the library.
    loadNativeLibrary();
    const pair = engine === "auto" ? this.#cheapest(backendName) : this.#pair(backendName, engine);
    this.#prepareFor(pair);
    this.#current = pair;
    if (this.#promoter !== pair) this.#demote();
    this.#promoter = pair;
    for (let i = 0; i < ENTRIES.length; i++) this[ENTRIES[i]!] = pair.engine.entries[ENTRIES[i]!];
    this.#switch(ACTIVE);
    this.onSwitch?.(true);
  }

  /** Turns trampolines off. Safe at any depth: a trampoline outlives its use. */
  deactivate(): void {
    this.onSwitch?.(false);
    this.#current?.backend.flush?.();
    this.#current = undefined;
    this.#switch(INACTIVE);
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

  #demote(): void {
    for (let i = 0; i < this.#promoted.length; i++) this.#promoted[i]!.direct = undefined;
    this.#promoted.length = 0;
  }

  #switch(mode: typeof INACTIVE | typeof ACTIVE): void {
    this.mode = mode;
    this.state = mode === ACTIVE ? NOBODY : OFF;
  }

  /**
   * Runs a body, and what it calls, plainly, whatever is instrumented of it.
   *
   * @param body What to run.
   * @param state What is the state afterwards, if trampolines are on then.
   */
  #pause<Result>(body: () => Result, state = this.state): Result {
    this.#switch(INACTIVE);
    try {
      return body();
    } finally {
      this.#switch(this.#current === undefined ? INACTIVE : ACTIVE);
      if (this.state !== OFF) this.state = state;
    }
  }

  /** Tells perf of a trampoline. */
  #declare(backend: Backend, id: number, code: CodeExtent): void {
    try {
      const source = this.#functions.label(id)!;
      // What the program put in the place of a builtin that is used here would, instrumented, need
      // its own trampoline to make this one.
      this.#pause(() => backend.declare({ ...code, name: functionSymbol(source), source }));
    } catch (error) {
      // Not an obstacle but the program's own recursion, without stack for one call more.
      if (error instanceof RangeError) throw error;
      this.#giveUp(error);
    }
  }

  #giveUp(error: unknown): void {
    this.deactivate();
    const { message, hint } = error as PerfError;
    console.warn(`@x/perf: ${message}; trampolines are off${hint ? ` (see: ${hint})` : ""}`);
  }

  /** Makes the engine in use ready for new functions. */
  #prepare(): void {
    if (this.#current === undefined) return;
    try {
      this.#pause(() => this.#prepareFor(this.#current!));
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #prepareFor(pair: Pair): void {
    const { length } = this.#functions;
    if (pair.prepared === length) return;
    pair.engine.prepare(pair.prepared, this.#functions.argumentsFrom(pair.prepared));
    pair.prepared = length;
    // There can be new memory for code.
    pair.backend.flush?.();
  }

  #cheapest(backendName: BackendName): Pair {
    this.#backend(backendName);
    if (this.#wasmObstacle === undefined) {
      try {
        return this.#pair(backendName, "wasm");
      } catch (error) {
        if (!(error instanceof PerfError)) throw error;
        this.#wasmObstacle = error.message;
      }
    }
    return this.#pair(backendName, "native");
  }

  #backend(name: BackendName): Backend {
    let backend = this.#backends.get(name);
    if (backend === undefined) this.#backends.set(name, backend = makeBackend(name));
    return backend;
  }

  /** Addresses are for ever, and so are backends and engines: what was made once is used again. */
  #pair(backendName: BackendName, engineName: EngineName): Pair {
    const known = this.#pairs.find(({ backend, engine }) =>
      backend.name === backendName && engine.name === engineName
    );
    if (known !== undefined) return known;
    const backend = this.#backend(backendName);
    const engine = makeEngine(engineName, {
      padding: backend.padding,
      declare: (id, code) => this.#declare(backend, id, code),
      make: (body) =>
        this.#pause(() => {
          body();
          // There is new memory for code.
          backend.flush?.();
        }),
      giveUp: (error) => this.#giveUp(error),
      // Past the stack budget every callee is deeper still, so trampolines stay off for the whole
      // body instead of measuring the stack at each call.
      runDeep: (body) => this.#pause(body, NOBODY),
    });
    const pair: Pair = { backend, engine, prepared: 0 };
    this.#pairs.push(pair);
    return pair;
  }
}

function callPlainly(_id: number, fn: unknown, self: unknown, ...args: unknown[]): unknown {
  return callFunction(fn, self, ...args);
}

function doNothing(): void {}

function makeBackend(name: BackendName): Backend {
  switch (name) {
    case "perf":
      return new PerfMapBackend();
    case "perf_jit":
      return new JitdumpBackend();
  }
}

function makeEngine(name: EngineName, host: EngineHost): Engine {
  switch (name) {
    case "native":
      return new NativeEngine(host);
    case "wasm":
      return new WasmEngine(host);
  }
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
