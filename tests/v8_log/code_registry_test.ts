import { deepEqual, equal } from "node:assert/strict";

import { CodeRegistry } from "../../lib/v8_log/code_registry.ts";
import { HOLE } from "../../lib/v8_log/code_table.ts";
import { INTERPRETED, tagOf } from "../../lib/v8_log/code_tag.ts";

const TURBOFAN = 4;
const BUILTIN_TIER = 3;
const BYTECODE_TIER = 10;

/** Adds a piece of a JavaScript function named by its hash. */
function create(
  code: CodeRegistry,
  address: number,
  { time = 0, sfi = 0xa00, hash = 1, tag = "JS", tier = 13, mark = TURBOFAN, size = 64 } = {},
): void {
  const creation = { tag: tagOf(tag), tier, time, address, size, nameOffset: 500, hash };
  code.create(creation, sfi, mark, 10);
}

/** A registry with one script, whose number is 7 in V8. */
function registry(): CodeRegistry {
  const code = new CodeRegistry();
  equal(code.addScript(7, { url: "file:///a.js", offset: 0, length: 9 }), true);
  return code;
}

Deno.test("create() keeps one function of all pieces with its name and SharedFunctionInfo", () => {
  const code = registry();
  create(code, 0x1000);
  create(code, 0x2000);
  // Another name at the address: V8 has reused it.
  create(code, 0x3000, { hash: 2 });
  // Code without a function is its own.
  create(code, 0x4000, { sfi: 0 });
  deepEqual([...code.pieces.function.slice(0, 4)], [0, 0, 1, 2]);
  deepEqual([code.functionAt(0xa00), code.functionAt(0xb00)], [1, HOLE]);
});

Deno.test("create() leaves bytecode out, and takes the interpreter's entry as interpreted", () => {
  const code = registry();
  create(code, 0x500, { tag: "Builtin", tier: BUILTIN_TIER, mark: 0, sfi: 0 });
  create(code, 0x1000, { tier: BUILTIN_TIER, mark: 0 });
  create(code, 0x9000, { tier: BYTECODE_TIER, mark: INTERPRETED });
  create(code, 0x2000, { size: 0 });
  deepEqual([...code.pieces.start.slice(0, code.pieces.length)], [0x500, 0x1000]);
  equal(code.pieces.tier[1], INTERPRETED);
  // Its `code-source-info` line comes next, and still says where the function is.
  equal(code.place(0x9000, { script: 7, start: 3, end: 5 }), -1);
});

Deno.test("create() never goes back in time", () => {
  const code = registry();
  create(code, 0x1000, { time: 30 });
  create(code, 0x2000, { time: 20 });
  deepEqual([code.time, code.pieces.time[1]], [30, 30]);
});

Deno.test("place() places a function once, and makes a function of its own of another place", () => {
  const code = registry();
  create(code, 0x1000);
  equal(code.place(0x1000, { script: 7, start: 3, end: 5 }), 0);
  create(code, 0x2000);
  equal(code.place(0x2000, { script: 7, start: 3, end: 5 }), 1);
  deepEqual([...code.pieces.function.slice(0, 2)], [0, 0]);
  create(code, 0x3000);
  equal(code.place(0x3000, { script: 7, start: 8, end: 9 }), 2);
  deepEqual([...code.pieces.function.slice(0, 3)], [0, 0, 1]);
  equal(code.functionAt(0xa00), 1);
  deepEqual([...code.functions.start.slice(0, 2)], [3, 8]);
  // An older piece can be placed again; unknown code cannot.
  equal(code.place(0x1000, { script: 7, start: 3, end: 5 }), 0);
  equal(code.place(0xdead, { script: 7, start: 3, end: 5 }), -1);
});

Deno.test("moveFunction() and moveCode() follow addresses, and ignore unknown and equal ones", () => {
  const code = registry();
  create(code, 0x1000, { time: 5 });
  code.moveFunction(0xa00, 0xb00);
  code.moveFunction(0xdead, 0xb00);
  code.moveFunction(0xb00, 0xb00);
  deepEqual([code.functionAt(0xa00), code.functionAt(0xb00)], [HOLE, 0]);
  code.moveCode(0x1000, 0x2000);
  code.moveCode(0xdead, 0x2000);
  code.moveCode(0x2000, 0x2000);
  equal(code.pieces.length, 2);
  // The move has no time of its own, so the code is in both places until the next line.
  deepEqual([...code.pieces.end.slice(0, 2)], [Infinity, Infinity]);
  create(code, 0x3000, { time: 9 });
  deepEqual([...code.pieces.end.slice(0, 3)], [9, Infinity, Infinity]);
  equal(code.place(0x1000, { script: 7, start: 3, end: 5 }), -1);
});

Deno.test("freeChunk() makes a hole when other code follows, unless the chunk is unknown", () => {
  const code = registry();
  create(code, 0x1000);
  code.addChunk(0x1000, 2 ** 40);
  code.freeChunk(0x1000);
  code.freeChunk(0x1000);
  code.freeChunk(0xdead);
  equal(code.pieces.length, 1);
  create(code, 0x5000, { time: 7 });
  deepEqual([...code.pieces.function.slice(0, 3)], [0, HOLE, 0]);
  deepEqual([code.pieces.time[1], code.pieces.size[1]], [7, 2 ** 32 - 1]);
});

Deno.test("finish() ends code that moved last, and keeps pieces and functions", () => {
  const code = registry();
  create(code, 0x1000);
  code.moveCode(0x1000, 0x2000);
  code.finish();
  deepEqual([...code.pieces.end.slice(0, 2)], [Number.MAX_VALUE, Infinity]);
  equal(code.functionAt(0xa00), HOLE);
  equal(code.functions.length, 1);
});
