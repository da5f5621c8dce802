import { deepEqual, equal, ok } from "node:assert/strict";

import type { Recording } from "../../../lib/recording/recording.ts";
import { MarkdownSections } from "../../../lib/report/formats/markdown_sections.ts";
import { type MadeSample, timedRecording } from "../../support/timed_recording.ts";

const MAIN = "main@/app/a.ts:1:20";

const sectionsOf = (
  samples: readonly MadeSample[],
  facts: Partial<Recording> = {},
  maxLines = 400,
) => new MarkdownSections(timedRecording(samples, facts), maxLines);

/** The rows of a section's table, without its heads. */
const rowsOf = (lines: readonly string[]) => lines.filter((line) => line.startsWith("|")).slice(2);

Deno.test("MarkdownSections ends each section but the last with an empty line, and has one title each", () => {
  const sections = sectionsOf([{ stack: MAIN, time: 1 }]);
  for (
    const [lines, title] of [
      [sections.summary(), "Summary"],
      [sections.threads(), "Threads"],
      [sections.functions(), "Hot functions (self time)"],
      [sections.lines(), "Hot lines (self time)"],
      [sections.tree(100), "Call tree (total time)"],
      [[...sections.missing([]), ""], "Cut, lost, left out"],
    ] as const
  ) {
    deepEqual(lines.filter((line) => line.startsWith("## ")), [`## ${title}`]);
    deepEqual([lines[0], lines[1], lines.at(-1)], [`## ${title}`, "", ""]);
    deepEqual(lines.filter((line) => line.includes("\n")), []);
  }
});

Deno.test("MarkdownSections.summary() has all time in parts, and the hottest function and line", () => {
  const text = sectionsOf([
    { stack: `${MAIN} memmove`, time: 1 },
    { stack: "read@node:fs:1:1", time: 2 },
    { stack: "start (garbage_collection)", time: 3 },
    { stack: "memmove", time: 4 },
  ], { sources: new Map([["/app/a.ts", `${"\n".repeat(19)}  hot(a|b);`]]) }).summary();
  deepEqual(rowsOf(text), [
    "| all threads | 100.0 % | 4.0 ms |",
    "| functions of the program and its packages, with the code that they call | 25.0 % | 1.0 ms |",
    "| other code: runtime | 25.0 % | 1.0 ms |",
    "| garbage collection | 25.0 % | 1.0 ms |",
    "| other code: native | 25.0 % | 1.0 ms |",
  ]);
  deepEqual(text.filter((line) => line.startsWith("- Hottest")), [
    "- Hottest function: `main` at `/app/a.ts:1`, 25.0 % (1.0 ms) self.",
    "- Hottest line: `/app/a.ts:20`, 25.0 % (1.0 ms) self: `hot(a|b);`",
  ]);
});

Deno.test("MarkdownSections.functions() and lines() leave out what has no time of its own", () => {
  const sections = sectionsOf([
    { stack: `${MAIN} f@/app/a.ts:5:6`, time: 1 },
    { stack: `${MAIN} f@/app/a.ts:5:6`, time: 2 },
    { stack: `${MAIN} g@/app/b.ts:7:8`, time: 3 },
  ]);
  deepEqual(rowsOf(sections.functions()), [
    "| 66.7 % | 2.0 ms | 66.7 % | 2.0 ms | `f` | `/app/a.ts:5` |",
    "| 33.3 % | 1.0 ms | 33.3 % | 1.0 ms | `g` | `/app/b.ts:7` |",
  ]);
  deepEqual(rowsOf(sections.lines()), [
    "| 66.7 % | 2.0 ms | 66.7 % | 2.0 ms | `/app/a.ts:6` | `f` | `(no text)` |",
    "| 33.3 % | 1.0 ms | 33.3 % | 1.0 ms | `/app/b.ts:8` | `g` | `(no text)` |",
  ]);
  const none = sectionsOf([{ stack: "memmove", time: 1 }]);
  deepEqual([none.functions()[2], none.lines()[2]], ["None.", "None."]);
});

Deno.test("MarkdownSections.threads() adds up threads of one name, the busiest first", () => {
  const lines = sectionsOf([
    { stack: MAIN, time: 1 },
    { stack: MAIN, time: 2, tid: 8, name: "worker" },
    { stack: MAIN, time: 3, tid: 9, name: "worker" },
  ]).threads();
  deepEqual(rowsOf(lines), [
    "| 66.7 % | 2.0 ms | 2 | `worker` |",
    "| 33.3 % | 1.0 ms | 1 | `deno` |",
  ]);
});

Deno.test("MarkdownSections.tree() takes the heaviest calls that its space has room for", () => {
  const stack = (i: number) => `${MAIN} f${i}@/app/a.ts:${i}:${i}`;
  const samples = Array.from(
    { length: 20 },
    (_, i) => Array.from({ length: i + 1 }, (): MadeSample => ({ stack: stack(i + 1), time: i })),
  ).flat();
  const sections = sectionsOf(samples);
  const tree = sections.tree(15);
  ok(tree.length <= 15, `${tree.length}`);
  const calls = tree.filter((line) => line.includes("/app/a.ts"));
  deepEqual(calls.map((line) => line.replace(/ +/g, " ").trim()), [
    "100.0 % 210 ms 0.0 % main /app/a.ts:1",
    "9.5 % 20 ms 9.5 % f20 /app/a.ts:20",
    "9.0 % 19 ms 9.0 % f19 /app/a.ts:19",
    "8.6 % 18 ms 8.6 % f18 /app/a.ts:18",
    "8.1 % 17 ms 8.1 % f17 /app/a.ts:17",
  ]);
  // A callee is below its caller, two columns further in.
  equal(calls[1]!.indexOf("f20") - calls[0]!.indexOf("main"), 2);
  equal(
    tree.at(-2),
    "Calls below 0.5 % of all time are left out, and 15 more that are lighter than those above.",
  );
});

Deno.test("MarkdownSections.missing() says what tables left out, what was lost, and the warnings", () => {
  const samples = Array.from({ length: 10 }, (_, i): MadeSample => ({
    stack: `f${i}@/app/a.ts:${i + 1}:${i + 1}`,
    time: i,
    isCut: i === 0,
  }));
  // Room for three rows of each table.
  const sections = sectionsOf(samples, { lostSamples: 3, unreadLines: 2 }, 80);
  equal(rowsOf(sections.functions()).length, 3);
  equal(rowsOf(sections.lines()).length, 3);
  deepEqual(sections.missing(["a*b"]).slice(2), [
    "- Lost samples: 3 beside 10 that were recorded.",
    "- Stacks that are cut off: 1 of 10 with JavaScript in them.",
    "- Time of the program's functions without a line: 0.0 % (0 ms).",
    "- Lines of perf script that were not understood: 2.",
    "- Left out: 7 more functions, 70.0 % (7.0 ms).",
    "- Left out: 7 more lines, 70.0 % (7.0 ms).",
    "- Warning: a\\*b.",
  ]);
  equal(sections.missing(Array(9).fill("w")).filter((line) => /Warning/.test(line)).length, 3);
});
