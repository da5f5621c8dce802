import { deepEqual, equal, match, ok } from "node:assert/strict";

import { formatMarkdown } from "../../../lib/report/formats/markdown.ts";
import type { Recording } from "../../../lib/recording/recording.ts";
import { readWithMarked, shownText, tableOf } from "../../support/report_readers.ts";
import { type MadeSample, timedRecording } from "../../support/timed_recording.ts";

const MAIN = "main@/app/a.ts:1:20";
const SOURCE = Array.from({ length: 40 }, (_, i) => `  line(${i + 1}); // \`a\` | b`).join("\n");

const FN = { name: "hot", file: "/app/a.ts", line: 1 };

const formatted = (recording: Recording, options = {}) =>
  formatMarkdown(recording, { title: "a.ts", facts: ["perf 6", "2 s"], ...options });

/** Thousands of functions and lines, none of which weighs much. */
function largeRecording(): Recording {
  const samples = Array.from({ length: 3000 }, (_, i): MadeSample => ({
    stack: `${MAIN} f${i % 300}@/app/b.ts:${i % 300}:${i} g${i}@/app/c.ts:${i}:${i}`,
    time: i,
    tid: i % 40,
    name: `worker-${i % 40}`,
  }));
  return timedRecording(samples);
}

Deno.test("formatMarkdown() has summary, functions, lines with their text, tree and what is missing", async () => {
  const recording = timedRecording([
    { stack: `${MAIN} f@/app/a.ts:5:6`, time: 1 },
    { stack: `${MAIN} f@/app/a.ts:5:6 memmove`, time: 2 },
    { stack: `${MAIN} f@/app/a.ts:5:7`, time: 3 },
    { stack: "start (garbage_collection)", time: 4 },
    { stack: "start idle", time: 5, tid: 9, name: "V8 worker" },
    { stack: `${MAIN}`, time: 6, isCut: true },
  ], { sources: new Map([["/app/a.ts", SOURCE]]), lostSamples: 7 });
  const text = formatted(recording, { warnings: ["7 samples were lost"] });
  const { sections, tokens } = await readWithMarked(text);
  equal(tokens[0]!.text, "CPU profile: a.ts");
  deepEqual(tableOf(sections.get("Summary")), [
    { Part: "all threads", Share: "100.0 %", "CPU time": "6.0 ms" },
    {
      Part: "functions of the program and its packages, with the code that they call",
      Share: "66.7 %",
      "CPU time": "4.0 ms",
    },
    { Part: "garbage collection", Share: "16.7 %", "CPU time": "1.0 ms" },
    { Part: "other code: native", Share: "16.7 %", "CPU time": "1.0 ms" },
  ]);
  deepEqual(tableOf(sections.get("Hot functions (self time)")), [
    {
      "Self %": "50.0 %",
      Self: "3.0 ms",
      "Total %": "50.0 %",
      Total: "3.0 ms",
      Function: "f",
      Location: "/app/a.ts:5",
    },
    {
      "Self %": "16.7 %",
      Self: "1.0 ms",
      "Total %": "66.7 %",
      Total: "4.0 ms",
      Function: "main",
      Location: "/app/a.ts:1",
    },
  ]);
  deepEqual(
    tableOf(sections.get("Hot lines (self time)"))
      .map(({ Self, Location, Function: name, Text }) => [Self, Location, name, Text]),
    [
      ["2.0 ms", "/app/a.ts:6", "f", "line(6); // `a` | b"],
      ["1.0 ms", "/app/a.ts:20", "main", "line(20); // `a` | b"],
      ["1.0 ms", "/app/a.ts:7", "f", "line(7); // `a` | b"],
    ],
  );
  deepEqual(tableOf(sections.get("Threads")).map(({ Thread, Samples }) => [Thread, Samples]), [
    ["deno", "5"],
    ["V8 worker", "1"],
  ]);
  const [tree] = sections.get("Call tree (total time)")!;
  equal(tree!.type, "code");
  deepEqual(tree!.text.split("\n").slice(1).map((line) => line.replace(/ +/g, " ").trim()), [
    "50.0 % 3.0 ms 0.0 % main /app/a.ts:1",
    "50.0 % 3.0 ms 50.0 % f /app/a.ts:5",
    "16.7 % 1.0 ms 16.7 % (garbage collection)",
    "16.7 % 1.0 ms 0.0 % cut off: the outermost callers are missing",
    "16.7 % 1.0 ms 16.7 % main /app/a.ts:1",
  ]);
  const missing = sections.get("Cut, lost, left out")![0]!.items!.map(shownText);
  deepEqual(missing, [
    "Lost samples: 7 beside 6 that were recorded.",
    "Stacks that are cut off: 1 of 4 with JavaScript in them.",
    "Time of the program's functions without a line: 0.0 % (0 ms).",
    "Warning: 7 samples were lost.",
  ]);
});

Deno.test("formatMarkdown() is grep-friendly: a row has all that is said of a place", () => {
  const recording = timedRecording([{ stack: `${MAIN} f@/app/a.ts:5:6`, time: 1 }], {
    sources: new Map([["/app/a.ts", SOURCE]]),
  });
  const rows = formatted(recording).split("\n").filter((row) => row.includes("/app/a.ts:6"));
  ok(rows.some((row) => /100\.0 %.*1\.0 ms.*`f`.*line\(6\)/.test(row)), rows.join("\n"));
});

Deno.test("formatMarkdown() stays below its number of lines, and says what it leaves out", () => {
  const recording = largeRecording();
  const linesOf = (text: string) => text.trimEnd().split("\n").length;
  const text = formatted(recording);
  ok(linesOf(text) <= 400 && linesOf(text) > 100, `${linesOf(text)}`);
  match(text, /^- Left out: 2970 more functions, 99\.0 % \(2970 ms\)\.$/m);
  match(text, /^- Left out: 2970 more lines, /m);
  match(text, /^- Left out: 30 more threads, /m);
  match(text, /^Calls below 0\.5 % of all time are left out\.$/m);
  const code = { ...FN, self: 1, tiers: new Map([["turbofan", 1]]), compiling: 0, collecting: 0 };
  const cause = {
    ...{ kind: "backtracking", fn: FN, line: 1 },
    weight: 1,
    share: 1,
    fact: "",
    advice: "",
  };
  const causes = { causes: Array(20).fill(cause), functions: Array(20).fill(code), program: 1 };
  for (const maxLines of [80, 100, 1000]) {
    const text = formatted(recording, { maxLines, causes, warnings: Array(9).fill("w") });
    ok(linesOf(text) <= maxLines, `${linesOf(text)} of ${maxLines}`);
    match(text, /^- and 1\d more$/m);
  }
});

Deno.test("formatMarkdown() counts events as such, and says where no text is known", () => {
  const text = formatted(
    timedRecording([{ stack: MAIN, time: 1, weight: 70 }], {
      unit: "events",
      event: "page-faults",
    }),
  );
  match(text, /\| all threads \| 100\.0 % \| 70 \|/);
  match(text, /\| Part \| Share \| page-faults \|/);
  match(text, /\(no text\)/);
});

Deno.test("formatMarkdown() of a program that was not seen running says so", () => {
  const text = formatted(timedRecording([{ stack: "start", time: 1 }]));
  match(text, /^- No function of the program was seen running\.$/m);
  equal(text.includes("Hottest"), false);
});

Deno.test("formatMarkdown() names the busiest functions of a line with many, and shows the hottest place", () => {
  const functions = Array.from({ length: 100 }, (_, i) => `function f${i}(){return ${i}}`);
  const line = functions.join("");
  const samples = Array.from(
    { length: 9 },
    (_, i) =>
      Array.from({ length: i + 1 }, (): MadeSample => ({
        stack: `f${i}@/app/min.js:1:1@${line.indexOf(`f${i}(`)}`,
        time: i,
      })),
  ).flat();
  const text = formatted(timedRecording(samples, { sources: new Map([["/app/min.js", line]]) }));
  match(text, /\| `f8, f7, f6, 6 more` \| `….*function f8\(\)\{return 8\}.*…` \|$/m);
  match(text, /^- Hottest line: `\/app\/min\.js:1`.*function f8\(\)/m);
});
