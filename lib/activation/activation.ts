import type { Backend, BackendName } from "../backends/backend.ts";
import { apply, callFunction, defineElement, getOwnPropertyDescriptor } from "../base/builtins.ts";
import type { CodeExtent } from "../base/machine_code.ts";
import { PerfError } from "../base/perf_error.ts";
import { type FunctionLabel, functionSymbol } from "../base/symbol_name.ts";
import { warn } from "../base/warnings.ts";
import { type EngineChoice, type EngineName, ENTRIES, type Entry } from "../engines/engine.ts";
import { loadNativeLibrary } from "../native/native_library.ts";
import { missingPermission, readVariable } from "../runtime/runtime.ts";
import { EnginePairs, type EngineWithBackend } from "./engine_pairs.ts";
import { FunctionTable } from "./function_table.ts";
import {
  type InstrumentedCodeRuntime,
  OFF,
  ON,
  type RunPiece,
  RUNTIME_EXPRESSION,
  UNDECIDED,
} from "./instrumented_code.ts";
import { neededPermissions } from "./needed_permissions.ts";
import { type OwnTrampoline, OwnTrampolines } from "./own_trampolines.ts";
import { decideSwitches, type ReadVariable } from "./switches.ts";

// deno-lint-ignore no-explicit-any -- any function can be instrumented
type AnyFunction<Result> = (...args: any[]) => Result;

/**
 * Turns trampolines on and off for all instrumented code of an isolate, and calls into them.
 *
 * `#current`, the engine with the backend in use, decides: it is `undefined` while trampolines are
 * off. `state` follows it, for instrumented code, which looks at one number only.
 */
export class Activation implements InstrumentedCodeRuntime {
  /** @inheritdoc */
  state: number = UNDECIDED;
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
  /** @inheritdoc */
  entered: () => void = () => {};
  /** @inheritdoc */
  limitHolder: <Value>(value: Value) => Value = (value) => value;
  readonly #switchListeners: ((isOn: boolean) => void)[] = [];
  readonly #functions = new FunctionTable();
  readonly #ownTrampolines = new OwnTrampolines();
  readonly #pairs = new EnginePairs({
    declare: (backend, id, code) => this.#declare(backend, id, code),
    pause: (body) => this.#pause(body),
    // Past the stack budget every callee is deeper still, so trampolines stay off for the whole
    // body instead of measuring the stack at each call. `state` holds the number of the function whose
    // body this is; put back, the next call of that function would run without a trampoline.
    runDeep: (body) => this.#pause(body, ON),
    giveUp: (error) => this.#giveUp(error),
  });
  #current: EngineWithBackend | undefined;

  /**
   * Gives a function its number; it gets a trampoline when it is first called while active.
   *
   * @param label The function's label in perf.
   * @param args The number of arguments that it is called with, or `APPLY`.
   */
  define(label: FunctionLabel, args: number): number {
    const id = this.#functions.add(label, args);
    this.#prepare();
    return id;
  }

  /** The label of a function; `undefined` where no function has the number. */
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

  /** Whether functions from a number on were defined like this. */
  hasDefined(first: number, labels: readonly FunctionLabel[], args: readonly number[]): boolean {
    return this.#functions.has(first, labels, args);
  }

  /** Calls a function that was defined with `APPLY` inside its trampoline while active. */
  call<Result>(
    id: number,
    fn: AnyFunction<Result>,
    self: unknown,
    args: ArrayLike<unknown>,
  ): Result {
    if (this.state === UNDECIDED) this.decide();
    return this.state === OFF ? apply(fn, self, args) : this.e1(id, fn, self, args) as Result;
  }

  /**
   * Gives a hot function a direct trampoline, if the engine has one: it is cheaper to call. The
   * function loses it when another engine or backend takes over.
   *
   * @param holder Gets the trampoline.
   * @param label The function's label in perf.
   * @param fn The function.
   * @param args How many arguments the function is called with, up to `MOST_ARGUMENTS`.
   */
  promote(holder: OwnTrampoline, label: FunctionLabel, fn: unknown, args: number): void {
    const { engine } = this.#current ?? {};
    if (engine?.direct === undefined) return;
    try {
      const id = this.define(label, 0);
      this.#pause(() => this.#ownTrampolines.give(holder, engine.direct!(id, fn, args)));
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** The number of the function whose piece `#runPiece` is about to call. */
  #id = 0;

  readonly #runPiece: RunPiece = (body, self, ...args) =>
    this.e1(this.#id, body, self, args) as never;

  /** @inheritdoc */
  readonly pieceOf = (id: number): RunPiece => {
    if (this.state === UNDECIDED) this.decide();
    if (this.state === OFF) return callFunction as RunPiece;
    this.#id = id;
    return this.#runPiece;
  };

  /** @inheritdoc */
  readonly runArrow: InstrumentedCodeRuntime["runArrow"] = (id, body, ...args) => {
    if (this.state === UNDECIDED) this.decide();
    return (this.state === OFF
      ? apply(body, undefined, args)
      : this.e1(id, body, undefined, args)) as never;
  };

  /** @inheritdoc */
  touch(id: number): void {
    if (this.state === UNDECIDED) this.decide();
    if (this.state !== OFF) this.e1(id, doNothing, undefined, NO_ARGUMENTS);
  }

  /** @inheritdoc */
  readonly rest: InstrumentedCodeRuntime["rest"] = (id, fn, self, args, rest) => {
    const { length } = args;
    for (let i = 0; i < rest.length; i++) defineElement(args, length + i, rest[i]);
    return this.e1(id, fn, self, args);
  };

  /** @inheritdoc */
  accessor(holder: object, key: string, kind: "get" | "set"): unknown {
    return getOwnPropertyDescriptor(holder, key)![kind];
  }

  /** The backend in use, `undefined` while inactive. */
  get backend(): BackendName | undefined {
    if (this.state === UNDECIDED) this.decide();
    return this.#current?.backend.name;
  }

  /** The engine in use, `undefined` while inactive. */
  get engine(): EngineName | undefined {
    if (this.state === UNDECIDED) this.decide();
    return this.#current?.engine.name;
  }

  /**
   * Turns trampolines on, or on with another engine or backend.
   *
   * @throws {PerfError} If the platform, the library or the file does not allow it. Then nothing
   * has changed.
   */
  activate(backend: BackendName, engine: EngineChoice = "auto"): void {
    // Backends ask the library for the user's id, so it is loaded first.
    loadNativeLibrary();
    const pair = this.#pairs.get(backend, engine);
    this.#pairs.prepare(pair, this.#functions);
    this.#ownTrampolines.changeMaker(pair);
    for (let i = 0; i < ENTRIES.length; i++) this[ENTRIES[i]!] = pair.engine.entries[ENTRIES[i]!];
    this.#switchTo(pair);
    this.#tellSwitch(true);
  }

  /** Turns trampolines off. Safe at any depth of calls: no trampoline is ever freed. */
  deactivate(): void {
    this.#tellSwitch(false);
    this.#current?.backend.flush?.();
    this.#switchTo(undefined);
  }

  /**
   * Turns trampolines on or off as the environment asks. An obstacle becomes a warning, and the
   * program goes on.
   *
   * @param read Reads the environment.
   */
  decide(read: ReadVariable = readVariable): void {
    this.deactivate();
    try {
      const { backend, engine } = decideSwitches(read);
      if (backend === undefined) return;
      // A program that did not ask for trampolines must not see a prompt for permissions.
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

  /** Has a function called after trampolines were turned on, and before they are turned off. */
  onSwitch(listener: (isOn: boolean) => void): void {
    this.#switchListeners.push(listener);
  }

  #tellSwitch(isOn: boolean): void {
    for (let i = 0; i < this.#switchListeners.length; i++) this.#switchListeners[i]!(isOn);
  }

  #switchTo(pair: EngineWithBackend | undefined): void {
    this.#current = pair;
    this.state = pair === undefined ? OFF : ON;
  }

  /**
   * Runs a body while trampolines are off, for the body and all its callees: an instrumented callee would
   * need its own trampoline while one is made.
   *
   * @param body The function to run.
   * @param state The state afterwards, unless the body has turned trampolines off. It can be the number
   *   of a function that has been called again and has not looked at it yet.
   */
  #pause<Result>(body: () => Result, state = this.state): Result {
    this.state = OFF;
    try {
      return body();
    } finally {
      this.state = this.#current === undefined ? OFF : state;
    }
  }

  /** Tells perf the name of a trampoline. */
  #declare(backend: Backend, id: number, code: CodeExtent): void {
    try {
      const source = this.#functions.label(id)!;
      // The program may have replaced a builtin that is used here. If the replacement is
      // instrumented, it would need its own trampoline while this one is made.
      this.#pause(() => backend.declare({ ...code, name: functionSymbol(source), source }));
    } catch (error) {
      // The program's own recursion has used up the stack. The RangeError is the program's.
      if (error instanceof RangeError) throw error;
      this.#giveUp(error);
    }
  }

  #giveUp(error: unknown): void {
    this.deactivate();
    warn(error, "trampolines are off");
  }

  /** Makes the engine in use ready for new functions. */
  #prepare(): void {
    const pair = this.#current;
    if (pair === undefined) return;
    try {
      this.#pause(() => this.#pairs.prepare(pair, this.#functions));
    } catch (error) {
      this.#giveUp(error);
    }
  }
}

function callPlainly(_id: number, fn: unknown, self: unknown, ...args: unknown[]): unknown {
  return callFunction(fn, self, ...args);
}

function doNothing(): void {}

const NO_ARGUMENTS: readonly unknown[] = [];

type Global = { [RUNTIME_EXPRESSION]?: Activation };

/** The activation of this isolate. */
export const activation: Activation = (globalThis as Global)[RUNTIME_EXPRESSION] ??
  new Activation();

/** Makes {@linkcode activation} reachable for instrumented code. */
export function publishActivation(): void {
  // Not enumerable and read-only, so that the program does not notice it.
  Object.defineProperty(globalThis, RUNTIME_EXPRESSION, { value: activation });
}
