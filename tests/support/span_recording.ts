import { labelledSamples } from "../../lib/recording/spans/labelled_samples.ts";
import { readSpanLog, type SpanFileEntry } from "../../lib/recording/spans/span_log.ts";
import type { Recording } from "../../lib/recording/recording.ts";
import { timedRecording } from "./timed_recording.ts";

/** A recording of eight samples, a millisecond each, with spans of the thread 1. */
export function spanRecording(): Recording {
  const a = "main@/app.ts:1:2 a@/app.ts:5:6";
  const recording = timedRecording([
    { stack: "main@/app.ts:1:2", time: 5 },
    { stack: a, time: 12 },
    { stack: a, time: 20 },
    { stack: `${a} query@/db.ts:3:4`, time: 25 },
    { stack: "work@/worker.ts:1:2", time: 26, tid: 2 },
    { stack: a, time: 52 },
    { stack: "b@/app.ts:9:9", time: 61 },
    { stack: "main@/app.ts:1:2", time: 80 },
  ]);
  const entries: SpanFileEntry[] = [
    ["span", 2, "query", 1, 24e6, 30e6],
    ["span", 1, "GET /a", 0, 10e6, 40e6],
    ["span", 3, "GET /a", 0, 50e6, 55e6],
    ["runs", 1, 10e6, 24e6, 2, 24e6, 26e6, 3, 50e6, 55e6, 4, 60e6, 62e6],
    ["measure", "phase", 15e6, 53e6],
    ["open", 4, "GET /b", 0, 60e6],
  ];
  const lines = [["spans", 1, 1, 1, 0], ...entries];
  const log = readSpanLog(lines.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  return { ...recording, spans: labelledSamples(recording, log) };
}
