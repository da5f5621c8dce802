import { deepEqual, equal } from "node:assert/strict";

import { annotatedLines, shownRanges } from "../../../lib/report/text/annotated_lines.ts";
import { findTargets } from "../../../lib/report/text/annotation_target.ts";
import { sharesOf } from "../../../lib/report/figures/shares.ts";
import { programRecording } from "../../support/program_recording.ts";

const RECORDING = programRecording([
  { stack: "native/main", times: 7 },
  { stack: "m:/a.ts:1@9,1 f:/a.ts:2@3,5", times: 4 },
  { stack: "m:/a.ts:1@9,1 f:/a.ts:2@3,8 native/memmove", times: 1 },
  { stack: "m:/a.ts:1@9,1 f:/a.ts:2@4,1 f:/a.ts:2@3,5", times: 2 },
  { stack: "m:/a.ts:1@9,1 f:/a.ts:2@4,1 g:/b.ts:1@1,1", times: 3 },
]);

Deno.test("annotatedLines() counts a function's lines, native code that they call with them", () => {
  const [target] = findTargets(RECORDING, "f");
  const { self, total, program, lines } = annotatedLines(RECORDING, target!);
  deepEqual([self, total, program], [7e6, 10e6, 10e6]);
  deepEqual([...lines].map(([line, { self, total }]) => [line, self, total]), [
    [3, 7e6, 7e6],
    [4, 0, 5e6],
  ]);
  deepEqual([...lines.get(3)!.columns], [[5, 6e6], [8, 1e6]]);
});

Deno.test("annotatedLines() of a file agrees with the lines of sharesOf()", () => {
  const { lines } = annotatedLines(RECORDING, { file: "/a.ts" });
  const expected = sharesOf(RECORDING).lines.filter(({ file }) => file === "/a.ts");
  equal(lines.size, 3);
  for (const { line, self, total } of expected) {
    deepEqual([lines.get(line)!.self, lines.get(line)!.total], [self, total]);
  }
});

Deno.test("shownRanges() has context around lines, and joins ranges that nearly touch", () => {
  deepEqual(shownRanges([2, 30], 100), [[1, 5], [27, 33]]);
  deepEqual(shownRanges([10, 18], 100), [[7, 21]]);
  deepEqual(shownRanges([10, 19], 100), [[7, 13], [16, 22]]);
  deepEqual(shownRanges([99], 100), [[96, 100]]);
  deepEqual(shownRanges([200], 100), []);
});
