import { deepEqual, equal, match, throws } from "node:assert/strict";

import {
  FORMAT_ENDINGS,
  formatReport,
  parseFormats,
  recordingFacts,
  recordingTitle,
} from "../../lib/report/format.ts";
import { recordingOf, textOf, TRAMPOLINES } from "../support/recordings.ts";

Deno.test("parseFormats() takes one or several, each once", () => {
  deepEqual(parseFormats("html"), ["html"]);
  deepEqual(parseFormats("perf, html,folded,html"), ["perf", "html", "folded"]);
});

Deno.test("parseFormats() names the formats where one is unknown", () => {
  const options = "must be one of text, perf, html, folded, speedscope, pprof";
  throws(() => parseFormats("html,svg"), {
    name: "RangeError",
    message: `Cannot report in format "svg": ${options}`,
  });
  throws(() => parseFormats(","), { message: `Cannot report in format ",": ${options}` });
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

Deno.test("formatReport() has the page say what is wrong", () => {
  const report = formatReport(recordingOf(TRAMPOLINES), "html", { warnings: ["7 lost"] });
  match(textOf(report), /"warnings":\["7 lost"\]/);
});

Deno.test("recordingTitle() is the script with its arguments", () => {
  const title = (...command: string[]) => recordingTitle(recordingOf([], { command }));
  equal(title("/bin/deno", "run", "-A", "--preload=file:///p.ts", "/src/app.ts", "x"), "app.ts x");
  equal(title("/bin/node", "--import", "@x/perf/preload", "app.mjs"), "app.mjs");
  equal(title("/src/tool", "--fast"), "tool --fast");
  equal(title(), "Recorded by perf 6.12.95");
});

Deno.test("recordingFacts() says who, what, how long and when", () => {
  deepEqual(recordingFacts(recordingOf([["t: libc/a", 12]], { lostSamples: 3 })), [
    "perf 6.12.95",
    "cpu-clock at 999 Hz",
    "1.5 s",
    "12 samples, 3 lost",
    "2026-11-24 10:30",
  ]);
});
