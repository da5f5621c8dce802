import type { CodeExtent, RunDeep } from "../base/machine_code.ts";
import type { PerfError } from "../base/perf_error.ts";

/** The maker of trampolines: the C library, or V8's WebAssembly. */
export type EngineName = "native" | "wasm";

/** An engine by name, or `auto`, the cheapest that works here. */
export type EngineChoice = "auto" | EngineName;

/** All choices of an engine. */
export const ENGINE_CHOICES: readonly EngineChoice[] = ["auto", "native", "wasm"];

/** The most arguments that an entry passes one by one. More arguments travel as one array. */
export const MOST_ARGUMENTS = 8;

/** Stands for a number of arguments: they travel as an array, the one argument of `e1`. */
export const APPLY = MOST_ARGUMENTS + 1;

/**
 * Limit of trampolines, in bytes from the base of the stack. V8 stops a recursion at 984 KiB of
 * stack (`V8_DEFAULT_STACK_SIZE_KB`, src/common/globals.h), and a call inside a trampoline takes
 * five to ten times the stack of a plain one (measured, tests/command/program/deep_recursion_test.ts).
 * Beyond this depth functions are called plainly, so three quarters of the stack are left to plain
 * calls. Otherwise a recursion that works without trampolines would overflow with them.
 */
export const STACK_BUDGET = 256 * 1024;

/** The callbacks and settings that an engine gets from its user. */
export interface EngineHost {
  /** Bytes behind a trampoline's code that must not hold other code. */
  readonly padding: number;
  /**
   * Tells where the code of a function's trampoline is. The engine calls this at the function's
   * first call, and each time that the trampoline has moved. Extents never overlap.
   *
   * @throws {PerfError} If perf cannot be told.
   * @throws {RangeError} If the program has used up its stack.
   */
  declare(id: number, code: CodeExtent): void;
  /** Called now and then while trampolines run: V8 may have compiled code between them and functions. */
  looked?(): void;
  /**
   * Has trampolines made while the program runs: calls a function that makes them, with trampolines
   * off. The program may have replaced a builtin that is used there; if its replacement is
   * instrumented, it would need its own trampoline while this one is made.
   */
  make(makeTrampolines: () => void): void;
  /** Called when there is no memory for a trampoline; its function is then called plainly. */
  giveUp(error: PerfError): void;
  readonly runDeep: RunDeep;
}

/** The names of {@linkcode Entries}, by the number of arguments. */
export const ENTRIES = ["e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8"] as const;

/** Calls a function inside the trampoline of a number; returns its result, throws its exception. */
export type Entry = (id: number, fn: unknown, self: unknown, ...args: unknown[]) => unknown;

/** Calls functions inside trampolines: `e2(id, fn, self, a, b)` with two arguments. */
export type Entries = Record<(typeof ENTRIES)[number], Entry>;

/** The most arguments that a direct trampoline passes. */
export const MOST_DIRECT = 4;

/** A direct trampoline: passes the receiver and as many arguments as it was made for. */
export type DirectEntry = (
  self: unknown,
  a?: unknown,
  b?: unknown,
  c?: unknown,
  d?: unknown,
) => unknown;

/** Makes trampolines and calls functions inside them. */
export interface Engine {
  /** This engine's name. */
  readonly name: EngineName;
  /** The ways into trampolines. */
  readonly entries: Readonly<Entries>;
  /**
   * Gets ready for new functions. They must not be called earlier.
   *
   * @param first The number of the first function; the others follow in turn.
   * @param args How many arguments each is called with, or {@linkcode APPLY}.
   * @throws {PerfError} If there is no memory for the tables; the first call makes a trampoline.
   */
  prepare(first: number, args: ArrayLike<number>): void;

  /**
   * Makes a direct trampoline, which calls one function only. It costs as much to make as many of
   * the others, and less to call.
   *
   * @param id A number that no entry is called with.
   * @param fn The function.
   * @param args How many arguments it is called with, up to {@linkcode MOST_DIRECT}.
   * @returns `undefined` where none can be made now; the entries still work.
   * @throws {PerfError} If there is no memory for it.
   */
  direct?(id: number, fn: unknown, args: number): DirectEntry | undefined;
}
