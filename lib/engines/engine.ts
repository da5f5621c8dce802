import type { CodeExtent, RunDeep } from "../base/machine_code.ts";
import type { PerfError } from "../base/perf_error.ts";

/** Who makes the trampolines. */
export type EngineName = "native" | "wasm";

/** What can be asked for: an engine, or the cheapest that works here. */
export type EngineChoice = "auto" | EngineName;

/** All that can be asked for. */
export const ENGINE_CHOICES: readonly EngineChoice[] = ["auto", "native", "wasm"];

/** The most arguments that travel as they are; where there can be more, they go as an array. */
export const MOST_ARGUMENTS = 8;

/** Stands for a number of arguments: they go as an array, the one argument of `e1`. */
export const APPLY = MOST_ARGUMENTS + 1;

/**
 * How far from the base of the stack trampolines may reach, in bytes. V8 stops a recursion at
 * 984 KiB of stack, and a call inside a trampoline takes five to ten times the stack of a plain one.
 * Beyond this depth functions are called plainly, with three quarters of the stack left for it.
 */
export const STACK_BUDGET = 256 * 1024;

/** What an engine is told by those who use it. */
export interface EngineHost {
  /** Bytes behind the code of a trampoline that no other code may take. */
  readonly padding: number;
  /**
   * Called when a function is called for the first time, and each time that its trampoline has
   * moved: where it is. Extents never overlap.
   *
   * @throws {PerfError} If perf cannot be told.
   * @throws {RangeError} If the program has used up its stack.
   */
  declare(id: number, code: CodeExtent): void;
  /**
   * Runs a body that makes trampolines in the midst of a program, none of whose functions shall want one
   * meanwhile.
   */
  make(body: () => void): void;
  /** Called when there is no memory for a trampoline; its function is then called plainly. */
  giveUp(error: PerfError): void;
  readonly runDeep: RunDeep;
}

/** The names of {@linkcode Entries}, by the number of arguments. */
export const ENTRIES = ["e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8"] as const;

/** Calls a function inside the trampoline of the function with a number: its result, its exception. */
export type Entry = (id: number, fn: unknown, self: unknown, ...args: unknown[]) => unknown;

/** Calls functions inside trampolines: `e2(id, fn, self, a, b)` with two arguments. */
export type Entries = Record<(typeof ENTRIES)[number], Entry>;

/** The most arguments that a trampoline of one function passes. */
export const MOST_DIRECT = 4;

/** A trampoline of one function: passes the receiver, and as many arguments as it was made for. */
export type DirectEntry = (
  self: unknown,
  a?: unknown,
  b?: unknown,
  c?: unknown,
  d?: unknown,
) => unknown;

/** Makes trampolines and calls functions inside them. */
export interface Engine {
  /** Which one this is. */
  readonly name: EngineName;
  /** The ways into trampolines. */
  readonly entries: Readonly<Entries>;
  /**
   * Makes ready for functions, which are called from then on only.
   *
   * @param first The number of the first one; the others follow in turn.
   * @param args How many arguments each is called with, or {@linkcode APPLY}.
   * @throws {PerfError} If there is no memory for them, as far as any is needed before they are called.
   */
  prepare(first: number, args: ArrayLike<number>): void;

  /**
   * Makes a trampoline that calls one function only. To make it costs as much as many of the others,
   * and a call of it less.
   *
   * @param id The function's number, which nothing else is called by.
   * @param fn The function.
   * @param args How many arguments it is called with, up to {@linkcode MOST_DIRECT}.
   * @returns `undefined` where there is no faster way than by the entries.
   * @throws {PerfError} If there is no memory for it.
   */
  direct?(id: number, fn: unknown, args: number): DirectEntry | undefined;
}
