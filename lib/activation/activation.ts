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
  RUNTIME_EXPRESSION,
  UNDECIDED,
} from "./instrumented_code.ts";
import { neededPermissions } from "./needed_permissions.ts";
import { type OwnTrampoline, OwnTrampolines } from "./own_trampolines.ts";
import { decideSwitches, type ReadVariable } from "./switches.ts";

// deno-lint-ignore no-explicit-any -- any function can be instrumented
type AnyFunction<Result> = (...args: any[]) => Result;

/**
 * Whether trampolines are on, for all instrumented code of an isolate, and the way into them.
 *
 * On and off have one form: `#current` is the engine with the backend in use. `state` follows it, for
 * code that can look at one number only.
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
  /** Told after trampolines were turned on, and before they are turned off. */
  onSwitch: ((isOn: boolean) => void) | undefined;
  readonly #functions = new FunctionTable();
  readonly #ownTrampolines = new OwnTrampolines();
  readonly #pairs = new EnginePairs({
    declare: (backend, id, code) => this.#declare(backend, id, code),
    pause: (body) => this.#pause(body),
    // Past the stack budget every callee is deeper still, so trampolines stay off for the whole body
    // instead of measuring the stack at each call.
    runDeep: (body) => this.#pause(body, ON),
    giveUp: (error) => this.#giveUp(error),
  });
  #current: EngineWithBackend | undefined;

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
   * Gives a function that is called often a trampoline of its own, where there is a cheaper one.
   * It is gone when another engine or backend makes the trampolines.
   *
   * @param label What perf shows.
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

  /** @inheritdoc */
  readonly run: InstrumentedCodeRuntime["run"] = <Result>(
    id: number,
    body: (...args: never[]) => Result,
    self?: unknown,
    ...args: unknown[]
  ): Result =>
    (this.state === OFF
      ? callFunction(body, self, ...args)
      : this.e1(id, body, self, args)) as Result;

  /** @inheritdoc */
  touch(id: number): void {
    if (this.state !== OFF) this.e1(id, doNothing, undefined, NO_ARGUMENTS);
  }

  /** @inheritdoc */
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
   * @throws {PerfError} If the platform, the library or the file does not allow it; then nothing has changed.
   */
  activate(backend: BackendName, engine: EngineChoice = "auto"): void {
    // Backends ask the library whose a file is, so it comes first.
    loadNativeLibrary();
    const pair = this.#pairs.get(backend, engine);
    this.#pairs.prepare(pair, this.#functions);
    this.#ownTrampolines.changeMaker(pair);
    for (let i = 0; i < ENTRIES.length; i++) this[ENTRIES[i]!] = pair.engine.entries[ENTRIES[i]!];
    this.#switchTo(pair);
    this.onSwitch?.(true);
  }

  /** Turns trampolines off. Safe at any depth: a trampoline outlives its use. */
  deactivate(): void {
    this.onSwitch?.(false);
    this.#current?.backend.flush?.();
    this.#switchTo(undefined);
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

  #switchTo(pair: EngineWithBackend | undefined): void {
    this.#current = pair;
    this.state = pair === undefined ? OFF : ON;
  }

  /**
   * Runs a body, and what it calls, plainly, whatever is instrumented of it.
   *
   * @param body What to run.
   * @param state What is the state afterwards, if trampolines are on then.
   */
  #pause<Result>(body: () => Result, state = this.state): Result {
    this.state = OFF;
    try {
      return body();
    } finally {
      this.state = this.#current === undefined ? OFF : state;
    }
  }

  /** Tells perf of a trampoline. */
  #declare(backend: Backend, id: number, code: CodeExtent): void {
    try {
      const source = this.#functions.label(id)!;
      // The program may have replaced a builtin that is used here. Instrumented, the replacement would
      // need its own trampoline to make this one.
      this.#pause(() => backend.declare({ ...code, name: functionSymbol(source), source }));
    } catch (error) {
      // The program's own recursion left no stack for one more call: that is no obstacle.
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
