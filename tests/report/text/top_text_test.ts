import { deepEqual, equal, match } from "node:assert/strict";

import { topLines } from "../../../lib/report/text/top_text.ts";
import { columnsOf } from "../../../lib/report/text/terminal.ts";
import { TopWindow } from "../../../lib/report/text/top_window.ts";
import { programRecording, type SampleText } from "../../support/program_recording.ts";

function linesOf(samples: SampleText[], options: { width?: number; height?: number } = {}) {
  const window = new TopWindow(1);
  window.add(programRecording(samples));
  const { width = 80, height = 10 } = options;
  return topLines(window.recent(), {
    title: "last 1 s",
    terminal: { width, hasColor: false },
    height,
    unit: "nanoseconds",
    order: "self",
    directory: "/src",
  });
}

Deno.test("topLines() has the hottest functions below a title", () => {
  deepEqual(
    linesOf([{ stack: "m:/src/a.ts:1 f:/src/a.ts:3", times: 3 }, { stack: "native/main" }]),
    [
      "last 1 s, by self time: 4.0 ms of processor time, 3.0 ms (75.0 %) in the program",
      "   3.0 ms 100.0 %  total 100.0 %  f  a.ts:3",
    ],
  );
});

Deno.test("topLines() keeps to width and height", () => {
  const many = Array.from({ length: 50 }, (_, i) => ({
    stack: `a_function_with_a_long_name_${i}:/src/some/where/${i}.ts:1`,
  }));
  const lines = linesOf(many, { width: 50, height: 7 });
  equal(lines.length, 7);
  for (const line of lines) equal(columnsOf(line) <= 50, true, line);
});

Deno.test("topLines() says so where nothing has a name", () => {
  match(linesOf([{ stack: "native/main" }])[1]!, /^no function of the program was seen/);
});
