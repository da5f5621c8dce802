import { deepEqual, equal } from "node:assert/strict";

import { EditedLines } from "../../../lib/instrument/positions/edited_lines.ts";
import { LineStarts } from "../../../lib/source/line_starts.ts";

/** Line 0 has two edits, line 1 none, line 2 one at its start, line 3 one that only removes. */
const SOURCE = "abcdef\nghi\njkl\nmno\n";

const EDITS: readonly [start: number, removed: number, added: number][] = [
  [2, 0, 3],
  [4, 2, 1],
  [11, 0, 5],
  [15, 2, 0],
];

function linesOf(edits = EDITS, source = SOURCE): EditedLines {
  const column = (at: 0 | 1 | 2) => Uint32Array.from(edits, (edit) => edit[at]);
  return new EditedLines(new LineStarts(source), {
    starts: column(0),
    removed: column(1),
    added: column(2),
  });
}

Deno.test("editsOf() gives the edits of a line in old and in new columns", () => {
  const lines = linesOf();
  deepEqual(lines.editsOf(0), [
    { column: 2, end: 2, newColumn: 2, newEnd: 5 },
    { column: 4, end: 6, newColumn: 7, newEnd: 8 },
  ]);
  deepEqual(lines.editsOf(1), []);
  deepEqual(lines.editsOf(2), [{ column: 0, end: 0, newColumn: 0, newEnd: 5 }]);
  deepEqual(lines.editsOf(3), [{ column: 0, end: 2, newColumn: 0, newEnd: 0 }]);
  deepEqual(lines.editsOf(4), []);
  deepEqual(lines.editsOf(99), []);
});

Deno.test("editsOf() answers the same in any order of questions", () => {
  const expected = [0, 1, 2, 3, 4].map((line) => linesOf().editsOf(line));
  const lines = linesOf();
  for (const line of [3, 2, 0, 4, 2, 2, 1, 0, 3, 0, 1, 4]) {
    deepEqual(lines.editsOf(line), expected[line], `line ${line}`);
  }
});

Deno.test("originalColumn() takes all inserted code for the place where it stands", () => {
  const lines = linesOf();
  // ab+++cd-f, where + is inserted and - stands for "ef".
  deepEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((column) => lines.originalColumn(0, column)), [
    ...[0, 1, 2, 2, 2, 2, 3, 4, 6, 7],
  ]);
  deepEqual([0, 2].map((column) => lines.originalColumn(1, column)), [0, 2]);
  deepEqual([0, 4, 5, 7].map((column) => lines.originalColumn(2, column)), [0, 0, 0, 2]);
  deepEqual([0, 1].map((column) => lines.originalColumn(3, column)), [2, 3]);
  equal(lines.originalColumn(99, 5), 5);
});

Deno.test("nextEdited() passes lines without edits over", () => {
  const lines = linesOf();
  deepEqual([0, 1, 2, 3, 4].map((line) => lines.nextEdited(line)), [0, 2, 2, 3, lines.count]);
  equal(lines.count, 5);
  const none = linesOf([]);
  equal(none.nextEdited(0), none.count);
  deepEqual(none.editsOf(0), []);
});

Deno.test("nextEdited() and editsOf() go through a text as a source map is made", () => {
  const lines = linesOf();
  const seen: number[] = [];
  for (let line = 0; (line = lines.nextEdited(line)) < lines.count; line++) {
    seen.push(line, lines.editsOf(line).length);
  }
  deepEqual(seen, [0, 2, 2, 1, 3, 1]);
});

Deno.test("textOf() is a line of the old text", () => {
  const lines = linesOf();
  deepEqual([0, 3, 4, 9].map((line) => lines.textOf(SOURCE, line)), [
    "abcdef\n",
    "mno\n",
    "",
    SOURCE,
  ]);
  equal(linesOf([], "").count, 1);
});
