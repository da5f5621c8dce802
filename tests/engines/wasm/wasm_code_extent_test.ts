import { deepEqual, equal } from "node:assert/strict";

import {
  codeExtent,
  SURROUNDINGS,
  surroundingsStart,
} from "../../../lib/engines/wasm/wasm_code_extent.ts";

/** The first bytes of functions on x86_64, of V8 15 in Deno, and of V8 12 to 14 in Node. */
const PROLOGUES: Record<string, number[]> = {
  // 45 33 e4             xor r12d, r12d
  // e8 00 00 00 00       call WasmLiftoffFrameSetup
  "baseline, function 0": [0x45, 0x33, 0xe4, 0xe8, 0x11, 0x22, 0x33, 0x44, 0x90],
  // 41 bc 2a 00 00 00    mov r12d, 42
  // e8 00 00 00 00       call WasmLiftoffFrameSetup
  "baseline, function 42": [0x41, 0xbc, 0x2a, 0x00, 0x00, 0x00, 0xe8, 0x11, 0x22, 0x33],
  // 55                   push rbp
  // 48 8b ec             mov rbp, rsp
  // 6a 0c                push 12
  optimised: [0x55, 0x48, 0x8b, 0xec, 0x6a, 0x0c, 0x56, 0x48],
  // 45 31 e4             xor r12d, r12d
  // e8 28 f9 ff ff       call WasmLiftoffFrameSetup
  "baseline, function 0, in Node 24": [0x45, 0x31, 0xe4, 0xe8, 0x28, 0xf9, 0xff, 0xff, 0x48],
  // 55                   push rbp
  // 48 89 e5             mov rbp, rsp
  // 6a 08                push 8
  "baseline, in Node 22": [0x55, 0x48, 0x89, 0xe5, 0x6a, 0x08, 0x56, 0x48],
};

const LINE = 64;
/** Lines in front of a return address's, and its own one with those behind. */
const BEFORE = 5;
const BEHIND = 13;

/** A return address, 40 bytes into a line. */
const BASE = 0x1ddb_e97f_ba40;
const RETURN = BASE + 40;

type Line = "start" | "code" | "zeros" | "int3";

/**
 * Memory around `RETURN`, given line by line from the line with `RETURN` on, and the bytes before
 * it.
 */
function memory(
  prologue: readonly number[],
  from: readonly Line[],
  before: readonly Line[] = [],
): Uint8Array {
  const bytes = new Uint8Array(SURROUNDINGS);
  const lines = [
    ...Array<Line>(BEFORE - before.length).fill("code"),
    ...before,
    ...from,
    ...Array<Line>(BEHIND - from.length).fill("code"),
  ];
  lines.forEach((line, i) => {
    const at = bytes.subarray(i * LINE, (i + 1) * LINE);
    if (line === "int3") at.fill(0xcc);
    else if (line !== "zeros") {
      for (let k = 0; k < LINE; k++) at[k] = 0x40 + (i * 7 + k * 3) % 0x40;
    }
    if (line === "start") at.set(prologue);
  });
  return bytes;
}

Deno.test("surroundingsStart() is the start of the lines in front of the return address", () => {
  equal(surroundingsStart(RETURN), BASE - BEFORE * LINE);
  equal(surroundingsStart(BASE), BASE - BEFORE * LINE);
  equal(SURROUNDINGS, (BEFORE + BEHIND) * LINE);
});

for (const [name, prologue] of Object.entries(PROLOGUES)) {
  const extent = (from: Line[], before?: Line[]) =>
    codeExtent(RETURN, memory(prologue, from, before));

  Deno.test(`codeExtent() finds a function, ${name}: in one line, in front of another`, () => {
    deepEqual(extent(["start", "start"]), { address: BASE, size: LINE });
  });

  Deno.test(`codeExtent() finds a function, ${name}: from lines before to lines behind`, () => {
    deepEqual(extent(["code", "code", "start"], ["start", "code", "code"]), {
      address: BASE - 3 * LINE,
      size: 5 * LINE,
    });
  });

  Deno.test(`codeExtent() finds a function, ${name}: the last one so far`, () => {
    for (const end of ["zeros", "int3"] as const) {
      deepEqual(extent(["start", "code", end]), { address: BASE, size: 2 * LINE });
      deepEqual(extent(["code", end], ["start"]), { address: BASE - LINE, size: 2 * LINE });
    }
  });

  Deno.test(`codeExtent() ends where the next function is being written, ${name}`, () => {
    for (const was of [0, 0xcc]) {
      for (let missing = 8; missing <= LINE; missing += 8) {
        const bytes = memory(prologue, ["start", "code", "start", "code", "code", "zeros"]);
        const next = (BEFORE + 2) * LINE;
        bytes.fill(was, next, next + missing);
        deepEqual(codeExtent(RETURN, bytes), { address: BASE, size: 2 * LINE });
      }
    }
  });

  Deno.test(`codeExtent() takes a line that starts with a few empty bytes for code, ${name}`, () => {
    const bytes = memory(prologue, ["start", "code", "zeros"]);
    bytes.fill(0, (BEFORE + 1) * LINE, (BEFORE + 1) * LINE + 7);
    deepEqual(codeExtent(RETURN, bytes), { address: BASE, size: 2 * LINE });
  });

  Deno.test(`codeExtent() stops at the end of the bytes, ${name}`, () => {
    deepEqual(extent([], ["start", "code", "code", "code", "code"]), {
      address: BASE - BEFORE * LINE,
      size: (BEFORE + BEHIND) * LINE,
    });
    deepEqual(extent(["start"]), { address: BASE, size: BEHIND * LINE });
  });

  Deno.test(`codeExtent() ends in front of a table of jumps, ${name}`, () => {
    for (
      const jump of [
        [0xe9, 0x3b, 0x9a, 0x05, 0x00, 0xcc, 0xcc, 0xcc], // jmp near
        [0xff, 0x25, 0x02, 0x00, 0x00, 0x00, 0x66, 0x90], // jmp [rip + 2]
      ]
    ) {
      const bytes = memory(prologue, ["start"]);
      bytes.set(jump, (BEFORE + 3) * LINE);
      deepEqual(codeExtent(RETURN, bytes), { address: BASE, size: 3 * LINE });
    }
  });

  Deno.test(`codeExtent() takes the nearest start, ${name}`, () => {
    deepEqual(extent(["code", "zeros"], ["start", "code", "start"]), {
      address: BASE - LINE,
      size: 2 * LINE,
    });
  });

  Deno.test(`codeExtent() accepts only a whole prologue at a line's start, ${name}`, () => {
    const bytes = memory(prologue, ["start", "zeros"]);
    bytes.copyWithin(BEFORE * LINE + 1, BEFORE * LINE, BEFORE * LINE + 20);
    equal(codeExtent(RETURN, bytes), undefined);
    const cut = memory(prologue, ["start", "zeros"]);
    cut[BEFORE * LINE + (prologue.includes(0xe8) ? prologue.indexOf(0xe8) : 4)] = 0;
    equal(codeExtent(RETURN, cut), undefined);
  });
}

Deno.test("codeExtent() finds nothing if no function starts", () => {
  equal(codeExtent(RETURN, new Uint8Array(SURROUNDINGS)), undefined);
  equal(codeExtent(RETURN, new Uint8Array(SURROUNDINGS).fill(0xcc)), undefined);
  equal(codeExtent(RETURN, memory([], ["code", "zeros"])), undefined);
});

Deno.test("codeExtent() finds the first function of a page, in front of which nothing can be read", () => {
  const bytes = memory(PROLOGUES["baseline, function 0"]!, ["start", "zeros"]);
  bytes.fill(0, 0, BEFORE * LINE);
  deepEqual(codeExtent(RETURN, bytes), { address: BASE, size: LINE });
});
