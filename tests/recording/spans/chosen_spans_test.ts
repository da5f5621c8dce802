import { deepEqual, equal } from "node:assert/strict";

import { chosenSpans, recordingOfSpans } from "../../../lib/recording/spans/chosen_spans.ts";
import { labelledSamples, samplesOfSpans } from "../../../lib/recording/spans/labelled_samples.ts";
import type { Recording } from "../../../lib/recording/recording.ts";
import { spanRows } from "../../../lib/report/figures/span_rows.ts";
import { spanRecording } from "../../support/span_recording.ts";

/** Indices of the samples that belong to spans of a name. */
function samplesIn(recording: Recording, name: string): number[] {
  const chosen = chosenSpans(recording.spans!.spans, { name });
  return [...samplesOfSpans(recording, chosen)].flatMap((isIn, i) => isIn ? [i] : []);
}

Deno.test("labelledSamples() labels samples of the thread by its runs", () => {
  const recording = spanRecording();
  const { spans, ofSample } = recording.spans!;
  const names = [...ofSample].map((span) => span === 0 ? "" : spans[span - 1]!.name);
  deepEqual(names, ["", "GET /a", "GET /a", "query", "", "GET /a", "GET /b", ""]);
});

Deno.test("labelledSamples() labels nothing where nothing ran", () => {
  const { samples, threads, spans } = spanRecording();
  const none = { start: new Float64Array(), end: new Float64Array(), span: new Uint32Array() };
  const log = {
    pid: 1,
    tid: 1,
    spans: [...spans!.spans],
    indices: new Map<number, number>(),
    measures: [],
    runs: none,
  };
  deepEqual([...labelledSamples({ samples, threads }, log).ofSample], Array(8).fill(0));
});

Deno.test("samplesOfSpans() has spans within, and measures by time", () => {
  const recording = spanRecording();
  deepEqual(samplesIn(recording, "GET /a"), [1, 2, 3, 5]);
  deepEqual(samplesIn(recording, "query"), [3]);
  // Sample 4 is another thread's.
  deepEqual(samplesIn(recording, "phase"), [2, 3, 5]);
});

Deno.test("chosenSpans() takes the slowest of each name, and no span in another", () => {
  const { spans } = spanRecording().spans!;
  const names = (choice: Parameters<typeof chosenSpans>[1]) =>
    [...chosenSpans(spans, choice)].map((index) => [spans[index]!.name, spans[index]!.start / 1e6]);
  deepEqual(names({ name: "GET /a" }), [["GET /a", 10], ["GET /a", 50]]);
  deepEqual(names({ name: "GET /a", slowest: 0.05 }), [["GET /a", 10]]);
  // A span that has not ended has no time to compare.
  deepEqual(names({ slowest: 0.5 }), [["GET /a", 10], ["phase", 15]]);
  deepEqual(names({ name: "no" }), []);
});

Deno.test("recordingOfSpans() keeps the samples and the spans of the choice", () => {
  const recording = spanRecording();
  const chosen = chosenSpans(recording.spans!.spans, { name: "GET /a", slowest: 0.05 });
  const { samples, stacks, spans } = recordingOfSpans(recording, chosen);
  deepEqual([...samples.time].map((time) => time / 1e6), [12, 20, 25]);
  deepEqual(stacks.map(({ frames, weight }) => [frames.at(-1)!.name, weight / 1e6]), [
    ["a", 2],
    ["query", 1],
  ]);
  deepEqual(spans!.spans.map(({ name }) => name), ["query", "GET /a"]);
  equal(spans!.spans[0]!.parent, 1);
  deepEqual([...spans!.ofSample], [2, 2, 1]);
});

Deno.test("spanRows() counts a sample once for each name around it", () => {
  const rows = spanRows(spanRecording());
  deepEqual(rows.map(({ name, count, weight }) => [name, count, weight / 1e6]), [
    ["GET /a", 2, 4],
    ["phase", 1, 3],
    ["query", 1, 1],
    ["GET /b", 0, 1],
  ]);
  const { median, slow, longest } = rows[0]!;
  deepEqual([median, slow, longest].map((time) => time / 1e6), [5, 30, 30]);
});
