import { MOST_ARGUMENTS } from "../engine.ts";
import { EXTERNREF, I32, WasmBytes } from "./wasm_bytes.ts";

/*
 * The modules of the wasm engine. A call travels like this, innermost frame last:
 *
 *     JavaScript      e2(7, fn, self, a, b)
 *     [dispatcher]    counts, then calls the trampoline as a tail call: no frame
 *     trampoline      function 7 of the table, the address that perf samples
 *     [call]          one of CALLS (wasm_engine.ts), which V8 inlines if it can
 *     fn
 *
 * The dispatcher has a countdown for every trampoline. Below zero it has JavaScript make a missing
 * trampoline (`ready`), makes the trampoline call the frame walker, and has JavaScript find the
 * trampoline's code in the walk (`found`). The countdown ends at the first call, and every so often
 * as long as V8 may still move the code.
 */

/** The type of a trampoline, by the number of arguments that it passes. */
export const trampolineType = (args: number): number => args;
/** The type of a dispatcher's entry, by the number of arguments. */
export const entryType = (args: number): number => MOST_ARGUMENTS + 1 + args;
/** The type of `found`. */
export const FOUND_TYPE = 2 * (MOST_ARGUMENTS + 1);
/** The type of `deep`. */
export const DEEP_TYPE = FOUND_TYPE + 1;
/** The type of `ready`. */
export const READY_TYPE = DEEP_TYPE + 1;

/** The function types of all modules, in the order of their numbers. */
export function typeSection(): WasmBytes {
  const types = new WasmBytes().unsigned(READY_TYPE + 1);
  for (let args = 0; args <= MOST_ARGUMENTS; args++) {
    types.byte(0x60).unsigned(2 + args);
    for (let i = 0; i < 2 + args; i++) types.byte(EXTERNREF);
    types.bytes(1, EXTERNREF);
  }
  for (let args = 0; args <= MOST_ARGUMENTS; args++) {
    types.byte(0x60).unsigned(3 + args).byte(I32);
    for (let i = 0; i < 2 + args; i++) types.byte(EXTERNREF);
    types.bytes(1, EXTERNREF);
  }
  return types.bytes(0x60, 1, I32, 0).bytes(0x60, 0, 1, I32).bytes(0x60, 1, I32, 1, I32);
}

/**
 * Offset of the number of nested calls, an i32, in bytes. All modules share this memory: that
 * number, and behind it a countdown for each trampoline, its calls until the next look.
 */
export const NESTED = 0;
/** Offset of the countdown of trampoline 0, an i32, in bytes; the others follow. */
export const LEFT = 4;

/**
 * Number of nested calls after which the stack is measured, and then counted anew. An exception skips
 * the restoring of the count, so it can be too high until an outer call returns; then the stack is
 * only measured more often. The number must be small beside the calls that fit into `STACK_BUDGET`;
 * otherwise the limit is noticed too late.
 */
export const MOST_NESTED = 64;
