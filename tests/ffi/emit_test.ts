/*
 * Both architectures' trampolines, byte for byte, on any host. To disassemble the
 * expected bytes (drop `aarch64-linux-gnu-` for x86_64):
 *
 *     xxd -r -p <<< 5f2403d5fd7bbfa9fd03009120003fd6fd7bc1a8c0035fd6 > code
 *     aarch64-linux-gnu-objdump -D -b binary -m aarch64 code
 *     objdump -D -b binary -m i386:x86-64 code
 */
import { deepEqual, equal } from "node:assert/strict";

import { loadNativeLibrary } from "../../lib/native/native_library.ts";

const SLOT_SIZE = 32;
const ENOSPC = 28;

type EmitterName = "xp_emit_x86_64" | "xp_emit_aarch64";

interface Expected {
  emitter: EmitterName;
  /** Every instruction: its bytes, its disassembly. */
  code: [bytes: string, disassembly: string][];
  /** The bytes that fill the slot up to the index. */
  filler: string;
}

const TABLE: Expected[] = [
  {
    emitter: "xp_emit_x86_64",
    code: [
      ["f30f1efa", "endbr64"],
      ["55", "push   %rbp"],
      ["4889e5", "mov    %rsp,%rbp"],
      ["ffd6", "call   *%rsi"],
      ["5d", "pop    %rbp"],
      ["c3", "ret"],
    ],
    filler: "cc", // int3
  },
  {
    emitter: "xp_emit_aarch64",
    code: [
      ["5f2403d5", "bti    c"],
      ["fd7bbfa9", "stp    x29, x30, [sp, #-16]!"],
      ["fd030091", "mov    x29, sp"],
      ["20003fd6", "blr    x1"],
      ["fd7bc1a8", "ldp    x29, x30, [sp], #16"],
      ["c0035fd6", "ret"],
    ],
    filler: "00", // udf #0
  },
];

const INDICES: [index: number, bytes: string][] = [
  [0, "00000000"],
  [1, "01000000"],
  [0x12345678, "78563412"],
  [0xffffffff, "ffffffff"],
];

for (const { emitter, code, filler } of TABLE) {
  const emit = (buffer: Uint8Array<ArrayBuffer>, capacity: number, index: number) =>
    loadNativeLibrary()[emitter](buffer, capacity, index);
  const codeBytes = code.map(([bytes]) => bytes).join("");
  const codeSize = codeBytes.length / 2;

  Deno.test(`${emitter}() writes code, filler and index`, () => {
    for (const [index, indexBytes] of INDICES) {
      const buffer = new Uint8Array(SLOT_SIZE);
      equal(emit(buffer, SLOT_SIZE, index), codeSize);
      equal(buffer.toHex(), codeBytes + filler.repeat(SLOT_SIZE - codeSize - 4) + indexBytes);
    }
  });

  Deno.test(`${emitter}() writes one slot, even with more room`, () => {
    const buffer = new Uint8Array(SLOT_SIZE + 16).fill(0xaa);
    equal(emit(buffer, buffer.length, 7), codeSize);
    deepEqual(buffer.subarray(SLOT_SIZE), new Uint8Array(16).fill(0xaa));
  });

  Deno.test(`${emitter}() writes nothing into too small a buffer`, () => {
    for (const capacity of [0, 1, SLOT_SIZE - 1]) {
      const buffer = new Uint8Array(SLOT_SIZE).fill(0xaa);
      equal(emit(buffer, capacity, 7), -ENOSPC);
      deepEqual(buffer, new Uint8Array(SLOT_SIZE).fill(0xaa));
    }
  });
}
