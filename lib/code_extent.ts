import type { CodeExtent } from "./engine.ts";

/** Functions of WebAssembly start at a multiple of this, in bytes. */
const ALIGNMENT = 64;

/** More than the code of a trampoline has in front of a return address, and behind one. */
const MOST_BEFORE = 5 * ALIGNMENT;
const MOST_BEHIND = 13 * ALIGNMENT;

/** Bytes to be had of the memory around a return address. */
export const SURROUNDINGS = MOST_BEFORE + MOST_BEHIND;

/** Where they start. */
export function surroundingsStart(returnAddress: number): number {
  return returnAddress - returnAddress % ALIGNMENT - MOST_BEFORE;
}

/**
 * The code that an address is in: from the start of the function in front of it to the start of
 * what comes behind, or to memory that holds nothing yet.
 *
 * @param returnAddress An address inside a function that V8 has compiled of WebAssembly.
 * @param memory The {@linkcode SURROUNDINGS}; zeros where memory cannot be read.
 * @returns `undefined` where there is no such function.
 */
export function codeExtent(returnAddress: number, memory: Uint8Array): CodeExtent | undefined {
  let start = MOST_BEFORE;
  while (!startsFunction(memory, start)) {
    start -= ALIGNMENT;
    if (start < 0) return undefined;
  }
  let end = MOST_BEFORE + ALIGNMENT;
  while (end < SURROUNDINGS && !isEmpty(memory, end) && !startsFunction(memory, end)) {
    end += ALIGNMENT;
  }
  return { address: surroundingsStart(returnAddress) + start, size: end - start };
}

/**
 * Whether a function starts at an offset. V8's baseline compiler for WebAssembly has a builtin
 * make the frame, which gets the function's number in a register; its optimising compiler makes it
 * by itself. (V8, src/wasm/baseline/x64/liftoff-assembler-x64-inl.h, `CallFrameSetupStub`;
 * src/compiler/backend/x64/code-generator-x64.cc, `AssembleConstructFrame`.)
 */
function startsFunction(memory: Uint8Array, at: number): boolean {
  for (let i = 0; i < PROLOGUES.length; i++) {
    if (startsWith(memory, at, PROLOGUES[i]!)) return true;
  }
  return false;
}

function startsWith(memory: Uint8Array, at: number, prologue: readonly number[]): boolean {
  for (let i = 0; i < prologue.length; i++) {
    if (prologue[i] !== ANY && prologue[i] !== memory[at + i]) return false;
  }
  return true;
}

const ANY = -1;

const PROLOGUES: readonly (readonly number[])[] = [
  [0x45, 0x33, 0xe4, 0xe8], // x86_64: xor r12d, r12d; call
  [0x41, 0xbc, ANY, ANY, ANY, ANY, 0xe8], // x86_64: mov r12d, number; call
  [0x55, 0x48, 0x8b, 0xec, 0x6a], // x86_64: push rbp; mov rbp, rsp; push type
];

/** Memory that V8 has not given to a function is zeros, or `int3` where it was one's once. */
function isEmpty(memory: Uint8Array, at: number): boolean {
  const first = memory[at]!;
  if (first !== 0 && first !== 0xcc) return false;
  for (let i = 1; i < ALIGNMENT; i++) {
    if (memory[at + i] !== first) return false;
  }
  return true;
}
