import { deepEqual, equal } from "node:assert/strict";

import { readLogLines } from "../../lib/v8_log/log_lines.ts";

interface Taken {
  text: string;
  offset: number;
  length: number;
}

/** Reads a text, at most some bytes at once. */
function linesOf(text: string, most: number): { lines: Taken[]; offset: number; rest: number } {
  const bytes = new TextEncoder().encode(text);
  const lines: Taken[] = [];
  const reading = readLogLines(
    (offset, length) => bytes.slice(offset, offset + Math.min(length, most)),
    0,
    ({ bytes, start, end, offset, length }) =>
      lines.push({ text: new TextDecoder().decode(bytes.slice(start, end)), offset, length }),
  );
  let next = reading.next();
  while (!next.done) next = reading.next();
  return { lines, ...next.value };
}

Deno.test("readLogLines() finds lines and their offsets with reads of any size", () => {
  const text = "first\n\nthird line\nla";
  const wanted = [
    { text: "first", offset: 0, length: 5 },
    { text: "", offset: 6, length: 0 },
    { text: "third line", offset: 7, length: 10 },
  ];
  for (let most = 1; most < 25; most++) {
    deepEqual(linesOf(text, most), { lines: wanted, offset: 18, rest: 2 });
  }
  deepEqual(linesOf("", 5), { lines: [], offset: 0, rest: 0 });
  equal(linesOf("a\n", 5).rest, 0);
});

Deno.test("readLogLines() keeps only the start of lines that are too long", () => {
  const long = "x".repeat(7_000_000);
  const { lines } = linesOf(`a\n${long}\nb\n`, Infinity);
  deepEqual(lines.map(({ offset, length }) => [offset, length]), [
    [0, 1],
    [2, 7_000_000],
    [7_000_003, 1],
  ]);
  equal(lines[1]!.text, "x".repeat(lines[1]!.text.length));
  equal(lines[1]!.text.length <= 2 << 20, true);
  equal(lines[2]!.text, "b");
});
