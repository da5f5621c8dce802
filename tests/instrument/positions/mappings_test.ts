import { deepEqual, equal } from "node:assert/strict";
import { decode } from "npm:@jridgewell/sourcemap-codec@1.5.5";

import { Mappings } from "../../../lib/instrument/positions/mappings.ts";

/** The segments of the lines, read by the library's own decoder. */
function segments(mappings: Mappings): unknown {
  return decode(String(mappings));
}

Deno.test("add() writes segments whose numbers count from the last one, over lines", () => {
  const mappings = new Mappings();
  mappings.add(0, 5, 3);
  mappings.add(7, 2, 40, 1);
  mappings.endLine();
  mappings.endLine();
  mappings.add(4, 0, 0);
  deepEqual(segments(mappings), [[[0, 0, 5, 3], [7, 1, 2, 40]], [], [[4, 1, 0, 0]]]);
});

Deno.test("addUnmapped() and addName() write segments of one and of five numbers", () => {
  const mappings = new Mappings();
  mappings.add(1, 0, 0);
  mappings.addName(9);
  mappings.addUnmapped(3);
  mappings.add(5, 1, 1);
  mappings.addName(2);
  deepEqual(segments(mappings), [[[1, 0, 0, 0, 9], [3], [5, 0, 1, 1, 2]]]);
});

Deno.test("add() writes numbers of every size, and the buffer grows", () => {
  const mappings = new Mappings();
  const numbers = [0, 15, 16, 31, 1023, 2 ** 20, 2 ** 30 - 1, 7];
  const expected: number[][][] = [];
  for (let i = 0; i < 2000; i++) {
    const line = numbers[i % numbers.length]!;
    mappings.add(line, line, 2 ** 30 - 1 - line);
    mappings.endLine();
    expected.push([[line, 0, line, 2 ** 30 - 1 - line]]);
  }
  deepEqual(segments(mappings), [...expected, []]);
});

Deno.test("addLines() maps each start of a line to the start of the same line", () => {
  for (const count of [1, 2, 64, 65, 66, 129, 5000]) {
    const mappings = new Mappings();
    mappings.add(2, 9, 9);
    mappings.endLine();
    mappings.addLines(3, 3 + count);
    mappings.add(0, 1, 1);
    const lines = Array.from({ length: count }, (_, i) => [[0, 0, 3 + i, 0]]);
    deepEqual(segments(mappings), [[[2, 0, 9, 9]], ...lines, [[0, 0, 1, 1]]], `${count} lines`);
  }
});

Deno.test("addLines() of no lines writes nothing", () => {
  const mappings = new Mappings();
  mappings.addLines(4, 4);
  mappings.addLines(4, 3);
  equal(String(mappings), "");
});

Deno.test("Mappings.isLineEmpty is true until the line has a segment", () => {
  const mappings = new Mappings();
  equal(mappings.isLineEmpty, true);
  mappings.addUnmapped(0);
  equal(mappings.isLineEmpty, false);
  mappings.endLine();
  equal(mappings.isLineEmpty, true);
});
