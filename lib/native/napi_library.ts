import process from "node:process";

import { apply } from "../base/builtins.ts";
import type { RunDeep } from "../base/machine_code.ts";
import type { CallInside, NativeFunctions, NativeLibrary } from "./native_functions.ts";

/** What ffi/napi.c exports. */
interface Exports extends NativeFunctions {
  /** Makes what calls `fn` inside a trampoline, and gives `refused` where the stack has no room. */
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
 * @param path Where it is.
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

/** Who can have this is no program. */
const REFUSED = Symbol("refused");

function makeCaller(enter: ReturnType<Exports["attach"]>, runDeep: RunDeep): CallInside {
  return <Result>(
    trampoline: number,
    fn: (...args: never[]) => Result,
    self: unknown,
    args: ArrayLike<unknown>,
  ): Result => {
    // Not spread: a program can have replaced what iterates over an array.
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

// Where an error passes, Node shows its line if there is no source map to ask: node_excerpt.ts answers.
//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbXSwibmFtZXMiOltdLCJtYXBwaW5ncyI6IiJ9
