import { deepEqual, equal } from "node:assert/strict";

import { annotatedLines } from "../../../lib/report/text/annotated_lines.ts";
import { findTargets } from "../../../lib/report/text/annotation_target.ts";
import { formatAnnotation } from "../../../lib/report/text/annotation.ts";
import { columnsOf } from "../../../lib/report/text/terminal.ts";
import { programRecording } from "../../support/program_recording.ts";

const LINES = Array.from({ length: 30 }, (_, i) => `line ${i + 1}`);

function printed(stack: string, options = {}): string[] {
  const recording = programRecording([
    { stack, times: 3 },
    { stack: "m:/src/a.ts:1@1,1" },
  ]);
  const [target] = findTargets(recording, "f");
  const text = formatAnnotation(target!, annotatedLines(recording, target!), {
    unit: "nanoseconds",
    text: LINES,
    directory: "/src",
    ...options,
  });
  return [...text].join("").split("\n");
}

Deno.test("formatAnnotation() has shares beside the lines that were seen, with some around", () => {
  deepEqual(printed("m:/src/a.ts:1@1,1 f:/src/a.ts:2@20,1"), [
    "f  a.ts:2",
    "self 3.0 ms (75.0 %), total 3.0 ms (75.0 %) of the program's 4.0 ms",
    "",
    "    self    total",
    "                    1  line 1",
    "                    2  line 2",
    "                    3  line 3",
    "                    4  line 4",
    "                    5  line 5",
    "                    ⋮",
    "                   17  line 17",
    "                   18  line 18",
    "                   19  line 19",
    "  75.0 %   75.0 %  20  line 20",
    "                   21  line 21",
    "                   22  line 22",
    "                   23  line 23",
    "",
  ]);
});

Deno.test("formatAnnotation() has the whole file where it is asked to", () => {
  equal(printed("f:/src/a.ts:2@20,1", { isWhole: true }).length, 4 + 30 + 1);
});

Deno.test("formatAnnotation() shows the places of a long line, and keeps to the width", () => {
  const text = [`${"x".repeat(400)};hot(1)+${"y".repeat(400)}`];
  const lines = printed("f:/src/a.ts:1@1,402", {
    text,
    terminal: { width: 60, hasColor: false },
  });
  equal(lines.some((line) => /column 402: .*;hot\(1\)/.test(line)), true, lines.join("\n"));
  for (const line of lines) equal(columnsOf(line) <= 60, true, line);
});

Deno.test("formatAnnotation() says below a line why it takes its time, and what is known of the function's code", () => {
  const fn = { name: "f", file: "/src/a.ts", line: 2 };
  const cause = {
    ...{ kind: "backtracking" as const, fn, weight: 1e6, share: 0.25 },
    fact: "the expression backtracks",
    advice: "Rewrite it.",
  };
  const other = { ...cause, fn: { ...fn, name: "g" }, line: 9 };
  const code = {
    ...{ ...fn, self: 3e6, tiers: new Map([["turbofan" as const, 3e6]]) },
    ...{ compiling: 0, collecting: 0, maglev: 0, turbofan: 1, deopts: 0 },
  };
  const lines = printed("f:/src/a.ts:2@20,1", {
    causes: { causes: [{ ...cause, line: 20 }, other, cause], functions: [code], program: 4e6 },
    terminal: { width: 44, hasColor: false },
  });
  deepEqual(lines.slice(2, 6), [
    "TurboFan 100.0 %; optimised once by",
    "TurboFan, never deoptimised",
    "the expression backtracks. Rewrite it.",
    "",
  ]);
  const at = lines.findIndex((line) => line.endsWith("line 20"));
  deepEqual(lines.slice(at, at + 4), [
    "  75.0 %   75.0 %  20  line 20",
    "                       the expression",
    "                       backtracks. Rewrite",
    "                       it.",
  ]);
});
