import { deepEqual, equal } from "node:assert/strict";

import { lastUpTo, LineStarts } from "../../lib/source/line_starts.ts";

Deno.test("LineStarts counts lines as V8 does", () => {
  const text = "a\nb\r\nc\rd\u2028e\u2029\n\nf";
  deepEqual(new LineStarts(text).offsets, [0, 2, 5, 7, 9, 11, 12, 13]);
  const lines = text.split(/\r\n|[\n\r\u2028\u2029]/);
  equal(new LineStarts(text).offsets.length, lines.length);
  // The line of an error is V8's own.
  const { stack } = attempt(`${text.replace("f", "")}throw new Error()`);
  equal(/<anonymous>:(\d+):/.exec(stack)?.[1], String(lines.length));
});

function attempt(program: string): { stack: string } {
  try {
    (0, eval)(program.replace(/[a-f]\b/g, ";"));
  } catch (error) {
    return error as { stack: string };
  }
  throw new Error("the program ended");
}

Deno.test("LineStarts.lineAt() finds the line of every offset", () => {
  const text = "ab\n\ncd\n";
  const lines = new LineStarts(text);
  deepEqual(Array.from({ length: text.length + 1 }, (_, i) => lines.lineAt(i)), [
    ...[0, 0, 0, 1, 2, 2, 2, 3],
  ]);
});

Deno.test("lastUpTo() finds the last of equal numbers, or none", () => {
  equal(lastUpTo([1, 3, 3, 5], 3), 2);
  equal(lastUpTo([1, 3, 3, 5], 4), 2);
  equal(lastUpTo([1, 3, 3, 5], 9), 3);
  equal(lastUpTo([1, 3, 3, 5], 0), -1);
  equal(lastUpTo([], 0), -1);
});
