import type { CodeExtent } from "../../base/machine_code.ts";

/** Functions of WebAssembly start at a multiple of this, in bytes. */
export const ALIGNMENT = 64;

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
 * what comes behind, a function or a table of jumps, or to memory that holds nothing yet.
 *
 * @param returnAddress An address inside a function that V8 has compiled of WebAssembly.
 * @param memory The {@linkcode SURROUNDINGS}; zeros where memory cannot be read.
 * @returns `undefined` where there is no such function.
 */
export function codeExtent(returnAddress: number, memory: Uint8Array): CodeExtent | undefined {
  let start = MOST_BEFORE;
  while (!startsWithAny(memory, start, PROLOGUES)) {
    start -= ALIGNMENT;
    if (start < 0) return undefined;
  }
  let end = MOST_BEFORE + ALIGNMENT;
  while (
    end < SURROUNDINGS && !isEmpty(memory, end) && !startsWithAny(memory, end, PROLOGUES) &&
    !startsWithAny(memory, end, JUMPS)
  ) end += ALIGNMENT;
  return { address: surroundingsStart(returnAddress) + start, size: end - start };
}

function startsWithAny(
  memory: Uint8Array,
  at: number,
  patterns: readonly (readonly number[])[],
): boolean {
  for (let i = 0; i < patterns.length; i++) {
    if (startsWith(memory, at, patterns[i]!)) return true;
  }
  return false;
}

function startsWith(memory: Uint8Array, at: number, pattern: readonly number[]): boolean {
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] !== ANY && pattern[i] !== memory[at + i]) return false;
  }
  return true;
}

const ANY = -1;

/**
 * How functions start. V8's baseline compiler for WebAssembly has a builtin make the frame, which
 * gets the function's number in a register; its optimising compiler makes it by itself. (V8,
 * src/wasm/baseline/x64/liftoff-assembler-x64-inl.h, `CallFrameSetupStub`;
 * src/compiler/backend/x64/code-generator-x64.cc, `AssembleConstructFrame`.)
 */
const PROLOGUES: readonly (readonly number[])[] = [
  [0x45, 0x33, 0xe4, 0xe8], // x86_64: xor r12d, r12d; call
  [0x41, 0xbc, ANY, ANY, ANY, ANY, 0xe8], // x86_64: mov r12d, number; call
  [0x55, 0x48, 0x8b, 0xec, 0x6a], // x86_64: push rbp; mov rbp, rsp; push type
];

/**
 * How the tables start by which V8 jumps to functions and builtins: each block of memory that it adds to a
 * module has them. (V8, src/wasm/jump-table-assembler.cc.)
 */
const JUMPS: readonly (readonly number[])[] = [
  [0xe9, ANY, ANY, ANY, ANY, 0xcc, 0xcc, 0xcc], // x86_64: jmp near
  [0xff, 0x25, 0x02, 0x00, 0x00, 0x00, 0x66, 0x90], // x86_64: jmp [rip + 2]
];

/** Bytes at the start of a line that code never has all zero, or all `int3`. */
const EMPTY = 8;

/**
 * Memory that V8 has not given to a function is zeros, or `int3` where it was one's once. Another
 * thread can be writing the next function meanwhile, of which the start may come last.
 */
function isEmpty(memory: Uint8Array, at: number): boolean {
  const first = memory[at]!;
  if (first !== 0 && first !== 0xcc) return false;
  for (let i = 1; i < EMPTY; i++) {
    if (memory[at + i] !== first) return false;
  }
  return true;
}
