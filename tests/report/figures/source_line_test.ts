import { deepEqual } from "node:assert/strict";

import { sourceLine } from "../../../lib/report/figures/source_line.ts";
import { LINE_END } from "../../../lib/source/line_starts.ts";

Deno.test("sourceLine() finds lines as splitting does, and none behind the last", () => {
  for (const text of ["", "a", "a\n", "\n\nb", "a\nb\nc", "a\r\nb\rc\u2028d"]) {
    const lines = text.split(LINE_END);
    deepEqual(lines.map((_, i) => sourceLine(text, i + 1)), lines);
    deepEqual(sourceLine(text, lines.length + 1), undefined);
  }
});
