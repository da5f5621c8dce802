import { deepEqual, equal, match, throws } from "node:assert/strict";

import { functionFrame } from "../../lib/recording/frame.ts";
import {
  checkFormats,
  FORMAT_ENDINGS,
  formatReport,
  formatReportFiles,
  parseFormats,
  recordingFacts,
  recordingTitle,
  type ReportFormat,
} from "../../lib/report/format.ts";
import { recordingOf, textOf, TRAMPOLINES } from "../support/recordings.ts";
import { timedRecording } from "../support/timed_recording.ts";

Deno.test("parseFormats() takes one or several formats, each once", () => {
  deepEqual(parseFormats("html"), ["html"]);
  deepEqual(parseFormats("perf, html,folded,html"), ["perf", "html", "folded"]);
});

Deno.test("parseFormats() names the formats where one is unknown", () => {
  const options = "must be one of text, perf, html, markdown, cpuprofile, firefox, folded, " +
    "speedscope, pprof, heapprofile";
  throws(() => parseFormats("html,svg"), {
    name: "RangeError",
    message: `Cannot report in format "svg": ${options}`,
  });
  throws(() => parseFormats(","), { message: `Cannot report in format ",": ${options}` });
});

Deno.test("checkFormats() refuses times of memory, and memory of times", () => {
  checkFormats(parseFormats("text,html,pprof,heapprofile"), "bytes");
  checkFormats(parseFormats("text,html,pprof,cpuprofile,firefox"), "nanoseconds");
  throws(() => checkFormats(parseFormats("text,firefox"), "bytes"), {
    name: "RangeError",
    message: 'Cannot report memory in format "firefox": it has times only',
  });
  throws(() => checkFormats(parseFormats("heapprofile"), "events"), {
    message: 'Cannot report time in format "heapprofile": it has memory only',
  });
});

Deno.test("formatReport() knows all formats, and folds frames for each", () => {
  const recording = recordingOf(TRAMPOLINES);
  for (const format of parseFormats(Object.keys(FORMAT_ENDINGS).join())) {
    const text = textOf(formatReport(recording, format));
    equal(text.includes("xp_call"), false, format);
    equal(format === "pprof" || text.includes("foo"), true, format);
    equal(textOf(formatReport(recording, format, { appOnly: true })).includes("memmove"), false);
  }
});

Deno.test("formatReport() shows warnings on the page", () => {
  const report = formatReport(recordingOf(TRAMPOLINES), "html", { warnings: ["7 lost"] });
  match(textOf(report), /"warnings":\["7 lost"\]/);
});

Deno.test("formatReport() leaves sources out of the page if it is told to", () => {
  const frame = functionFrame({ name: "f", file: "/a.ts" }, { position: { line: 1, column: 1 } });
  const stack = { thread: "t", frames: [frame], samples: 1, weight: 1, isCut: false };
  const recording = {
    ...recordingOf([]),
    stacks: [stack],
    sources: new Map([["/a.ts", "secret"]]),
  };
  equal(textOf(formatReport(recording, "html")).includes("secret"), true);
  equal(textOf(formatReport(recording, "html", { hasSources: false })).includes("secret"), false);
});

Deno.test("recordingTitle() is the script with its arguments", () => {
  const title = (...command: string[]) => recordingTitle(recordingOf([], { command }));
  equal(title("/bin/deno", "run", "-A", "--preload=file:///p.ts", "/src/app.ts", "x"), "app.ts x");
  equal(title("/bin/node", "--import", "@x/perf/preload", "app.mjs"), "app.mjs");
  equal(title("/src/tool", "--fast"), "tool --fast");
  equal(title(), "Recorded by perf 6.12.95");
});

Deno.test("recordingFacts() has sampler, event, duration, samples and start", () => {
  deepEqual(recordingFacts(recordingOf([["t: libc/a", 12]], { lostSamples: 3 })), [
    "perf 6.12.95",
    "cpu-clock at 999 Hz",
    "1.5 s",
    "12 samples, 3 lost",
    "2026-11-24 10:30",
  ]);
});

Deno.test("formatReport() embeds the texts of sources, or leaves them out", () => {
  const recording = timedRecording([{ stack: "f@/a.ts:1:1", time: 1 }], {
    sources: new Map([["/a.ts", "let unmistakable;"]]),
  });
  for (const format of ["markdown", "firefox"] as const) {
    const has = (options = {}) =>
      textOf(formatReport(recording, format, options)).includes("unmistakable");
    equal(has(), true, format);
    equal(has({ hasSources: false }), false, format);
  }
});

Deno.test("formatReportFiles() has a file for each thread of cpuprofile, else one", () => {
  const recording = timedRecording([
    { stack: "f@/a.ts:1:1", time: 1 },
    { stack: "f@/a.ts:1:1", time: 2, tid: 7, name: "worker" },
  ]);
  const suffixes = (format: ReportFormat) =>
    [...formatReportFiles(recording, format)].map(({ suffix }) => suffix);
  deepEqual(suffixes("cpuprofile"), ["", ".worker-7"]);
  deepEqual(suffixes("firefox"), [""]);
});
