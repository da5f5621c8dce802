import { deepEqual, equal } from "node:assert/strict";

import { realTime } from "../../../lib/report/figures/real_time.ts";
import {
  realTimeFacts,
  threadSentences,
  turnText,
} from "../../../lib/report/figures/real_time_words.ts";
import { wallRecording } from "../../support/wall_recording.ts";

const RECORDING = wallRecording([
  ["- epoll_wait", 10],
  ["work futex", 60],
  ["other running", 38],
  ["other runnable", 1],
  ["- running", 1],
]);

Deno.test("turnText() names a turn's heaviest functions, with what they wait for", () => {
  const [turn] = realTime(RECORDING).threads[0]!.loop!.longest;
  equal(
    turnText(turn!, RECORDING.stacks, { directory: "/src" }),
    "60 ms work app.ts:4 blocked in futex, 38 ms other app.ts:8",
  );
});

Deno.test("threadSentences() leaves out states that a thread was never in", () => {
  deepEqual(threadSentences(realTime(RECORDING)), [
    "thread deno, 110 ms of real time: running 39 ms (35.5 %), waiting for a core 1.0 ms (0.9 %), " +
    "blocked in JavaScript 60 ms (54.5 %), event loop idle 10 ms (9.1 %)",
  ]);
});

Deno.test("realTimeFacts() says nothing of recordings of processor time", () => {
  deepEqual(realTimeFacts({ ...RECORDING, event: "cpu-clock" }), []);
  deepEqual(realTimeFacts(RECORDING).slice(2), [
    "blocks the event loop: work /src/app.ts:4, 60 ms in futex, 60 ms at most",
    "turn of 100 ms: 60 ms work /src/app.ts:4 blocked in futex, 38 ms other /src/app.ts:8",
  ]);
});
