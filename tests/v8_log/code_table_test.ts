import { deepEqual, equal } from "node:assert/strict";

import {
  FunctionLists,
  FunctionTable,
  HOLE,
  NO_SCRIPT,
  PieceTable,
} from "../../lib/v8_log/code_table.ts";

/** The most rows that a table keeps. */
const MAX_ROWS = 2_000_000;

Deno.test("PieceTable.add() keeps rows while its columns grow", () => {
  const pieces = new PieceTable();
  for (let i = 0; i < 3000; i++) equal(pieces.add(2 ** 40 + i, i, i / 2, i, i & 7), i);
  equal(pieces.length, 3000);
  for (const i of [0, 1023, 1024, 2999]) {
    deepEqual(
      [pieces.start[i], pieces.size[i], pieces.time[i], pieces.function[i], pieces.tier[i]],
      [2 ** 40 + i, i, i / 2, i, i & 7],
    );
    deepEqual([pieces.end[i], pieces.infoLength[i], pieces.inlined[i]], [Infinity, 0, 0]);
  }
});

Deno.test("PieceTable.move() copies all but the address and the time", () => {
  const pieces = new PieceTable();
  pieces.add(0x1000, 64, 5, HOLE, 12);
  pieces.infoOffset[0] = 2 ** 40;
  pieces.infoLength[0] = 30;
  pieces.inlined[0] = 4;
  pieces.end[0] = 8;
  equal(pieces.move(0, 0x2000, 6), 1);
  deepEqual([pieces.start[1], pieces.size[1], pieces.time[1]], [0x2000, 64, 6]);
  deepEqual([pieces.function[1], pieces.tier[1], pieces.end[1]], [HOLE, 12, Infinity]);
  deepEqual([pieces.infoOffset[1], pieces.infoLength[1], pieces.inlined[1]], [2 ** 40, 30, 4]);
});

Deno.test("PieceTable and FunctionTable refuse row 2 000 001, and keep the others", () => {
  const pieces = new PieceTable();
  const functions = new FunctionTable();
  for (let i = 0; i < MAX_ROWS; i++) {
    pieces.add(i, 1, 0, 0, 0);
    functions.add(i, 1, 0, 0);
  }
  equal(pieces.add(1, 1, 0, 0, 0), -1);
  equal(pieces.move(0, 1, 0), -1);
  equal(functions.add(1, 1, 0, 0), -1);
  equal(functions.copy(0), -1);
  deepEqual([pieces.length, functions.length], [MAX_ROWS, MAX_ROWS]);
  deepEqual([pieces.start.at(-1), functions.nameOffset.at(-1)], [MAX_ROWS - 1, MAX_ROWS - 1]);
});

Deno.test("FunctionTable.place() sets the place that isAt() compares", () => {
  const functions = new FunctionTable();
  equal(functions.add(2 ** 40, 9, 0xffffffff, 5), 0);
  equal(functions.script[0], NO_SCRIPT);
  functions.place(0, 3, { start: 10, end: 20 });
  equal(functions.isAt(0, 3, { start: 10, end: 20 }), true);
  equal(functions.isAt(0, 4, { start: 10, end: 20 }), false);
  equal(functions.isAt(0, 3, { start: 11, end: 20 }), false);
  equal(functions.isAt(0, 3, { start: 10, end: 21 }), false);
  // The columns have 32 bits, so a larger number is the same place as its rest.
  functions.place(0, 3, { start: 2 ** 32 + 1, end: 2 ** 33 });
  equal(functions.isAt(0, 3, { start: 2 ** 32 + 1, end: 2 ** 33 }), true);
});

Deno.test("FunctionTable.copy() has the name of the other, and no place", () => {
  const functions = new FunctionTable();
  functions.add(2 ** 40, 9, 0xffffffff, 5);
  functions.place(0, 3, { start: 10, end: 20 });
  equal(functions.copy(0), 1);
  deepEqual([functions.nameOffset[1], functions.nameLength[1]], [2 ** 40, 9]);
  deepEqual([functions.nameHash[1], functions.tag[1]], [0xffffffff, 5]);
  equal(functions.script[1], NO_SCRIPT);
});

Deno.test("FunctionLists.get() stays in the list that was asked for", () => {
  const lists = new FunctionLists();
  equal(lists.add([]), 0);
  const first = lists.add([7, HOLE]);
  const second = lists.add(Array.from({ length: 5000 }, (_, i) => i));
  deepEqual([-1, 0, 1, 2].map((i) => lists.get(first, i)), [undefined, 7, HOLE, undefined]);
  deepEqual([lists.get(second, 0), lists.get(second, 4999)], [0, 4999]);
  equal(lists.get(second, 5000), undefined);
  equal(lists.get(0, 0), undefined);
});
