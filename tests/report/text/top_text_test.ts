import { deepEqual, equal, match } from "node:assert/strict";

import { topLines } from "../../../lib/report/text/top_text.ts";
import { columnsOf } from "../../../lib/report/text/terminal.ts";
import { TopWindow } from "../../../lib/report/text/top_window.ts";
import { programRecording, type SampleText } from "../../support/program_recording.ts";

function linesOf(
  samples: SampleText[],
  options: { width?: number; height?: number; showsAll?: boolean } = {},
) {
  const window = new TopWindow(1);
  window.add(programRecording(samples));
  const { width = 80, height = 10, showsAll } = options;
  return topLines(window.recent(), {
    title: "last 1 s",
    terminal: { width, hasColor: false },
    height,
    unit: "nanoseconds",
    order: "self",
    showsAll,
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
  const [, nameless, row] = linesOf([{ stack: "native/main" }]);
  match(nameless!, /^no function of the program was seen/);
  // All code then stands below.
  match(row!, /1\.0 ms 100\.0 % .* main {2}\/lib\/libc\.so\.6$/);
});

Deno.test("topLines() shows all code where it is asked to", () => {
  const samples = [{ stack: "m:/src/a.ts:1 native/memmove", times: 3 }, { stack: "native/main" }];
  const [title, ...rows] = linesOf(samples, { showsAll: true });
  match(title!, /^last 1 s, all code, by self time: /);
  deepEqual(rows.map((row) => row.trim().replace(/ +/g, " ")), [
    "3.0 ms 75.0 % total 75.0 % memmove /lib/libc.so.6",
    "1.0 ms 25.0 % total 25.0 % main /lib/libc.so.6",
  ]);
});
