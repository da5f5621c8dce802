import { deepEqual, equal } from "node:assert/strict";

import { samplesByThread } from "../../../lib/report/figures/thread_samples.ts";
import { nanosecondsPerUnit, timeSlots } from "../../../lib/report/figures/time_slots.ts";
import { timedRecording } from "../../support/timed_recording.ts";

function slotsAt(times: number[], weights: number[] = []) {
  const samples = samplesByThread(
    timedRecording(times.map((time, i) => ({ stack: "a", time, weight: weights[i] }))),
  );
  const { starts, durations } = timeSlots(samples, samples.threads[0]!, 1);
  return [...starts].map((start, i) => [start / 1e6, durations[i]! / 1e6]);
}

Deno.test("timeSlots() has samples last for their weight in front of their time", () => {
  deepEqual(slotsAt([10, 11, 13], [1e6, 1e6, 2e6]), [[9, 1], [10, 1], [11, 2]]);
});

Deno.test("timeSlots() leaves a gap where a thread did not run, none where the timer was late", () => {
  deepEqual(slotsAt([1, 2.4, 3.4, 9]), [[0, 1], [1, 1], [2, 1], [8, 1]]);
});

Deno.test("timeSlots() never overlap, and lag does not add up", () => {
  deepEqual(slotsAt([1, 1.5, 2, 10]), [[0, 1], [1, 1], [2, 1], [9, 1]]);
  const late = slotsAt(Array.from({ length: 100 }, (_, i) => 1.2 * (i + 1)));
  equal(late.at(-1)![0]! > 118, true, `${late.at(-1)}`);
});

Deno.test("nanosecondsPerUnit() is 1 for time, and shares the frequency's period for events", () => {
  const events = (facts: object) => {
    const recording = timedRecording([
      { stack: "a", time: 0, weight: 100 },
      { stack: "a", time: 4, weight: 300 },
      { stack: "a", time: 8, weight: 200 },
    ], { unit: "events", event: "cycles", ...facts });
    return nanosecondsPerUnit(recording, samplesByThread(recording));
  };
  equal(events({ unit: "nanoseconds" }), 1);
  equal(events({ frequency: 1000 }), 1e6 / 200);
  equal(events({ frequency: undefined }), 4e6 / 200);
});
