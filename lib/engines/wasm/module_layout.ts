import { MOST_ARGUMENTS } from "../engine.ts";
import { EXTERNREF, I32, WasmBytes } from "./wasm_bytes.ts";

/*
 * The modules of the wasm engine. A call travels like this, innermost frame last:
 *
 *     JavaScript      e2(7, fn, self, a, b)
 *     [dispatcher]    counts, and makes place for what it calls: no frame
 *     trampoline      function 7 of the table, the address that perf samples
 *     [call]          a function of JavaScript that calls another one, inlined as far as it goes
 *     fn
 *
 * The dispatcher counts every trampoline's calls down. Below zero it has JavaScript make the trampoline
 * if it is not there (`ready`), has it call the frame walker, and then tells JavaScript (`found`) to
 * look where it is: when it is called for the first time, and every so often as long as V8 may still
 * move it.
 */

/** The type of a trampoline that passes so many arguments. */
export const trampolineType = (args: number): number => args;
/** The type of the dispatcher's entry for so many arguments. */
export const entryType = (args: number): number => MOST_ARGUMENTS + 1 + args;
/** The type of `found`. */
export const FOUND_TYPE = 2 * (MOST_ARGUMENTS + 1);
/** The type of `deep`. */
export const DEEP_TYPE = FOUND_TYPE + 1;
/** The type of `ready`. */
export const READY_TYPE = DEEP_TYPE + 1;

/** The types of functions, which all modules share, in the order of their numbers. */
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
 * The memory that all modules share: how many calls are nested, and then, for each trampoline, how
 * many calls are left until it is looked for. An i32 each; these are their offsets in bytes.
 */
export const NESTED = 0;
/** The first trampoline's. */
export const LEFT = 4;

/**
 * Nesting depth at which the stack is measured. An exception skips the decrement, so the count can be
 * too high until an outer call returns; that only measures too often.
 */
export const MOST_NESTED = 64;
