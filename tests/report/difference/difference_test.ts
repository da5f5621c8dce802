import { deepEqual, equal } from "node:assert/strict";

import { functionFrame } from "../../../lib/recording/frame.ts";
import { FrameTable } from "../../../lib/recording/frame_table.ts";
import type { Recording } from "../../../lib/recording/recording.ts";
import { StackTable } from "../../../lib/recording/stack_table.ts";
import { differenceOf } from "../../../lib/report/difference/difference.ts";
import { differenceText } from "../../../lib/report/difference/difference_text.ts";
import { namingOf, unlikenessOf } from "../../../lib/report/difference/likeness.ts";
import { recordingOf } from "../../support/recordings.ts";

/** A recording of functions in /a.ts: name, line of the function, line that ran, samples. */
function recorded(
  source: string,
  functions: readonly [name: string, line: number, at: number, samples: number][],
): Recording {
  const frames = new FrameTable();
  const table = new StackTable();
  for (const [name, line, at, samples] of functions) {
    const details = { position: { line: at, column: 1 }, tier: "turbofan" } as const;
    const frame = frames.same(functionFrame({ name, file: "/a.ts", line }, details));
    table.add("deno", [frame], { samples, weight: 1e6 * samples });
  }
  return recordingOf([], { stacks: table.stacks(), sources: new Map([["/a.ts", source]]) });
}

const SOURCE = "function f() {\n  one();\n  two();\n}\nfunction g() {\n  three();\n}\n";
const BEFORE = recorded(SOURCE, [["f", 1, 2, 500], ["f", 1, 3, 300], ["g", 5, 6, 200]]);

Deno.test("differenceOf() finds no change where a line was inserted", () => {
  const after = recorded(`// A new line.\n${SOURCE}`, [
    ["f", 2, 3, 500],
    ["f", 2, 4, 300],
    ["g", 6, 7, 200],
  ]);
  const { functions, lines } = differenceOf(BEFORE, after);
  deepEqual(
    functions.map(({ name, line, self }) => [name, line, self.after - self.before]),
    [["f", 2, 0], ["g", 6, 0]],
  );
  deepEqual(
    lines.map(({ text, line, self }) => [text, line, self.after - self.before]),
    [["one();", 3, 0], ["two();", 4, 0], ["three();", 7, 0]],
  );
});

Deno.test("differenceOf() compares functions and lines by their self time", () => {
  const after = recorded(SOURCE.replace("two();", "four();"), [
    ["f", 1, 2, 100],
    ["f", 1, 3, 300],
    ["g", 5, 6, 210],
  ]);
  const difference = differenceOf(BEFORE, after);
  deepEqual(difference.total, { before: 1e9, after: 610e6 });
  deepEqual(difference.functions.map(({ name, self }) => [name, self]), [
    ["f", { before: 800e6, after: 400e6 }],
    ["g", { before: 200e6, after: 210e6 }],
  ]);
  deepEqual(difference.lines.map(({ text, self }) => [text, self.before / 1e6, self.after / 1e6]), [
    ["one();", 500, 100],
    ["two();", 300, 0],
    ["four();", 0, 300],
    ["three();", 200, 210],
  ]);
  const text = [...differenceText(difference, {
    names: { before: "a", after: "b" },
    unit: "nanoseconds",
  })].join("");
  equal(
    text.split("\nSelf time")[0],
    `39 % less time: 1000 ms before, 610 ms after
the program's functions: 39 % less time: 1000 ms before, 610 ms after
before: a, after: b

functions with less self time
      change      before       after
     -400 ms      800 ms      400 ms  f  /a.ts:1

lines with less self time
      change      before       after
     -400 ms      500 ms      100 ms  /a.ts:2  one();
     -300 ms      300 ms        0 ms  /a.ts:3  two();

lines with more self time
      change      before       after
     +300 ms        0 ms      300 ms  /a.ts:3  four();
`,
  );
});

Deno.test("unlikenessOf() names the facts that must be alike", () => {
  const same = (one: string, other: string) => one === other;
  deepEqual(unlikenessOf(BEFORE, BEFORE, same), []);
  const other = recordingOf([["deno: libc/main", 1]], {
    event: "cycles",
    sampler: "builtin",
    unit: "events",
  });
  deepEqual(unlikenessOf(BEFORE, other, same), [
    { fact: "event", before: "cpu-clock", after: "cycles" },
    { fact: "sampler", before: "perf", after: "builtin" },
    { fact: "unit", before: "nanoseconds", after: "events" },
    { fact: "names", before: "V8's log", after: "no names" },
  ]);
  equal(namingOf(recordingOf([["deno: js/js::foo:/a.ts:1", 1]])), "trampolines");
});
