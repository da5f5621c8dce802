import { deepEqual, equal, throws } from "node:assert/strict";

import { readSpanLog, type SpanFileEntry } from "../../../lib/recording/spans/span_log.ts";

/** The text of a file with some entries. */
export function spanFile(...entries: SpanFileEntry[]): string {
  const start = ["spans", 1, 42, 43, 1000];
  return [start, ...entries].map((entry) => `${JSON.stringify(entry)}\n`).join("");
}

Deno.test("readSpanLog() puts spans, their parents and their runs together", () => {
  const log = readSpanLog(spanFile(
    ["span", 2, "inner", 1, 20, 40],
    ["runs", 1, 10, 20, 2, 20, 35],
    ["runs", 1, 40, 45],
    ["measure", "all", 0, 50],
    ["open", 1, "outer", 0, 10],
  ));
  deepEqual(log.spans, [
    { name: "inner", parent: 2, start: 1020, end: 1040, running: 15 },
    { name: "all", parent: undefined, start: 1000, end: 1050, running: 0 },
    { name: "outer", parent: undefined, start: 1010, end: undefined, running: 15 },
  ]);
  deepEqual([log.pid, log.tid, log.measures], [42, 43, [1]]);
  deepEqual([...log.runs.start], [1010, 1020, 1040]);
  deepEqual([...log.runs.end], [1020, 1035, 1045]);
  deepEqual([...log.runs.span], [2, 0, 2]);
});

Deno.test("readSpanLog() reads what a killed program has written", () => {
  const text = spanFile(["runs", 1, 10, 20, 9, 20, 35], ["span", 1, "one", 7, 10, 20]);
  const { spans, runs } = readSpanLog(`${text}["span",2,"tw`);
  deepEqual(spans, [{ name: "one", parent: undefined, start: 1010, end: 1020, running: 10 }]);
  // Span 9 was never written.
  equal(runs.start.length, 1);
});

Deno.test("readSpanLog() refuses other files and versions", () => {
  for (const text of ["", "x\n", "{}\n", '["spans",2,1,1,1]\n', '["perf",1]\n']) {
    throws(() => readSpanLog(text), { name: "SyntaxError" }, text);
  }
});
