import process from "node:process";

import { apply } from "../base/builtins.ts";
import type { RunDeep } from "../base/machine_code.ts";
import type { CallInside, NativeFunctions, NativeLibrary } from "./native_functions.ts";

/** The exports of ffi/napi.c. */
interface Exports extends NativeFunctions {
  /**
   * Makes a function that calls `fn` inside a trampoline. It returns `refused` without calling `fn`
   * past the stack budget.
   */
  attach(stackBudget: number): (
    trampoline: number,
    refused: symbol,
    fn: unknown,
    self: unknown,
    ...args: unknown[]
  ) => unknown;
}

/**
 * Opens the C library as a module of Node-API.
 *
 * @param path Path of the library.
 */
export function openByNodeApi(path: string): NativeLibrary {
  const module = { exports: {} as Exports };
  process.dlopen(module, path);
  const { exports } = module;
  return {
    ...exports,
    attach: (stackBudget, runDeep) => makeCaller(exports.attach(stackBudget), runDeep),
  };
}

/**
 * Marks an answer of the native call: past the stack budget. A function cannot return this symbol, so
 * a result is never taken for it; otherwise that function would run twice.
 */
const REFUSED = Symbol("refused");

function makeCaller(enter: ReturnType<Exports["attach"]>, runDeep: RunDeep): CallInside {
  return <Result>(
    trampoline: number,
    fn: (...args: never[]) => Result,
    self: unknown,
    args: ArrayLike<unknown>,
  ): Result => {
    // Not spread: the program may have replaced the iterator of arrays.
    const result = args.length === 0
      ? enter(trampoline, REFUSED, fn, self)
      : enter(trampoline, REFUSED, apply, undefined, fn, self, args);
    if (result !== REFUSED) return result as Result;
    let deep: Result;
    runDeep(() => {
      deep = apply(fn, self, args);
    });
    return deep!;
  };
}

// Node prints this module's line above an uncaught error that native code passed on, unless the
// module has a source map. With this empty one, node_excerpt.ts provides the program's line.
//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbXSwibmFtZXMiOltdLCJtYXBwaW5ncyI6IiJ9
