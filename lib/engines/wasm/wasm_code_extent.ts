import type { CodeExtent } from "../../base/machine_code.ts";

/**
 * V8 starts functions of WebAssembly at a multiple of this, in bytes (V8, src/common/globals.h,
 * `kCodeAlignmentBits` on x86_64).
 */
export const ALIGNMENT = 64;

/** More bytes than a trampoline's code has in front of a return address, and behind it. */
const MOST_BEFORE = 5 * ALIGNMENT;
const MOST_BEHIND = 13 * ALIGNMENT;

/** Bytes of memory around a return address that {@linkcode codeExtent} looks at. */
export const SURROUNDINGS = MOST_BEFORE + MOST_BEHIND;

/** The address of the {@linkcode SURROUNDINGS} of a return address. */
export function surroundingsStart(returnAddress: number): number {
  return returnAddress - returnAddress % ALIGNMENT - MOST_BEFORE;
}

/**
 * Finds the function that contains an address. The function starts at the nearest prologue in front
 * of the address, and ends at the next function, at a jump table, or at empty memory.
 *
 * @param returnAddress An address inside a function that V8 has compiled from WebAssembly.
 * @param memory The {@linkcode SURROUNDINGS}; zeros where memory cannot be read.
 * @returns `undefined` where there is no prologue.
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

/** In a pattern: any byte. */
const ANY = -1;

/**
 * Prologues of functions. Code of V8's baseline compiler (Liftoff) loads the function's number into
 * a register and calls a builtin that makes the frame; code of the optimising compiler makes its
 * own frame. (V8, src/wasm/baseline/x64/liftoff-assembler-x64-inl.h, `CallFrameSetupStub`;
 * src/compiler/backend/x64/code-generator-x64.cc, `AssembleConstructFrame`.)
 */
const PROLOGUES: readonly (readonly number[])[] = [
  [0x45, 0x33, 0xe4, 0xe8], // x86_64: xor r12d, r12d; call
  [0x45, 0x31, 0xe4, 0xe8], // x86_64: the other encoding of the same, in Node
  [0x41, 0xbc, ANY, ANY, ANY, ANY, 0xe8], // x86_64: mov r12d, number; call
  [0x55, 0x48, 0x8b, 0xec, 0x6a], // x86_64: push rbp; mov rbp, rsp; push type
  [0x55, 0x48, 0x89, 0xe5, 0x6a], // x86_64: the other encoding of the same, in Node
];

/**
 * Starts of jump tables. V8 puts tables of jumps to functions and builtins into each block of
 * memory that it adds to a module. (V8, src/wasm/jump-table-assembler.cc.)
 */
const JUMPS: readonly (readonly number[])[] = [
  [0xe9, ANY, ANY, ANY, ANY, 0xcc, 0xcc, 0xcc], // x86_64: jmp near
  [0xff, 0x25, 0x02, 0x00, 0x00, 0x00, 0x66, 0x90], // x86_64: jmp [rip + 2]
];

/** Bytes at the start of a line that are never all zero, or all `int3`, in code. */
const EMPTY = 8;

/**
 * Whether a line of memory holds no function. V8 leaves unused memory zero, and fills the memory of
 * a freed function with `int3`. Only a few bytes are compared: another thread may be writing the
 * next function, and may write its start last.
 */
function isEmpty(memory: Uint8Array, at: number): boolean {
  const first = memory[at]!;
  if (first !== 0 && first !== 0xcc) return false;
  for (let i = 1; i < EMPTY; i++) {
    if (memory[at + i] !== first) return false;
  }
  return true;
}
