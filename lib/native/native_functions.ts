import type { functions } from "../../ffi/symbols.ts";
import type { RunDeep } from "../base/machine_code.ts";

/** The type of an argument, by the declared type of its parameter. */
type Argument<Type> = Type extends "buffer" ? Uint8Array | BigUint64Array
  : Type extends "u64" ? number | bigint
  : number;

/** The type of a result, by its declared type. */
type Result<Type> = Type extends "u64" ? bigint : Type extends "void" ? void : number;

type NativeFunction<Declaration> = Declaration extends {
  parameters: infer Parameters extends readonly unknown[];
  result: infer Type;
} ? (
    ...args: { -readonly [Index in keyof Parameters]: Argument<Parameters[Index]> }
  ) => Result<Type>
  : never;

/** The functions of the C library that every runtime can call; ffi/xperf.h says what they do. */
export type NativeFunctions = {
  readonly [Name in keyof typeof functions]: NativeFunction<(typeof functions)[Name]>;
};

/** Calls a function inside a trampoline; returns its result, throws its exception. */
export type CallInside = <Result>(
  trampoline: number,
  fn: (...args: never[]) => Result,
  self: unknown,
  args: ArrayLike<unknown>,
) => Result;

/** The C library, opened. */
export interface NativeLibrary extends NativeFunctions {
  /**
   * Gets the calling thread ready for calls inside trampolines.
   *
   * @param stackBudget How far from the base of the stack trampolines may reach, in bytes.
   * @param runDeep Runs a body past that budget.
   * @throws {PerfError} If too many threads are attached.
   */
  attach(stackBudget: number, runDeep: RunDeep): CallInside;
}
