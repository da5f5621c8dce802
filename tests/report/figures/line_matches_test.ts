import { deepEqual } from "node:assert/strict";

import { functionFrame } from "../../../lib/recording/frame.ts";
import { lineMatches } from "../../../lib/report/figures/line_matches.ts";

/** The lines of a later text that those of an earlier one went to. */
function matches(before: string | undefined, after: string | undefined, lines: number): number[] {
  const texts = (text: string | undefined) =>
    text === undefined ? undefined : new Map([["/a.ts", text]]);
  const lineOf = lineMatches({ before: texts(before), after: texts(after) });
  return Array.from({ length: lines }, (_, i) => {
    const position = { line: i + 1, column: 1 };
    return lineOf(functionFrame({ name: "f", file: "/a.ts" }, { position }))!;
  });
}

Deno.test("lineMatches() follows lines below inserted ones, also where equal lines repeat", () => {
  const before = "f {\n  a\n}\ng {\n  b\n}";
  deepEqual(matches(before, `// new\n// new\n${before}`, 6), [3, 4, 5, 6, 7, 8]);
  deepEqual(matches(`// old\n${before}`, before, 7).slice(1), [1, 2, 3, 4, 5, 6]);
});

Deno.test("lineMatches() moves changed lines with those above, and ignores indentation", () => {
  deepEqual(matches("f {\n a(1)\n}", "new\nf {\n    a(2)\n  }", 3), [2, 3, 4]);
});

Deno.test("lineMatches() keeps lines where a text is missing or nothing has changed", () => {
  deepEqual(matches(undefined, "a", 2), [1, 2]);
  deepEqual(matches("a\na", "a\na", 3), [1, 2, 3]);
});
