import { deepEqual } from "node:assert/strict";

import { recordingTotal } from "../../lib/recording/recording.ts";
import { decodeRecording, encodeRecording } from "../../lib/recording/recording_file.ts";
import { stateOfStack } from "../../lib/recording/thread_state.ts";
import { wallRecording } from "../support/wall_recording.ts";

const RECORDING = wallRecording([
  ["work running", 5],
  ["work futex", 30],
  ["- epoll_wait", 40],
  ["- futex", 2],
  ["work runnable", 3],
  ["- epoll_wait", 20],
  ["- epoll_wait", 100, 2],
  ["- running", 1, 2],
  ["- futex", 99, 2],
]);

const named = ({ stacks }: typeof RECORDING) =>
  stacks.map(({ thread, frames, weight, samples }) =>
    `${thread}: ${frames.map(({ name }) => name).join(" ")} ${weight / 1e6} ${samples}`
  );

Deno.test("withIdleThreads() keeps apart a loop that waits for events, a blocked one and a pool", () => {
  deepEqual(
    named(RECORDING),
    [
      "deno: _start work 5 1",
      "deno: _start work (blocks the event loop: futex) 30 1",
      "pool-2: (idle) 199 2",
      "deno: (event loop idle) 60 2",
      "deno: _start (blocked in futex) 2 1",
      "deno: _start work (waiting for a core) 3 1",
      "pool-2: _start 1 1",
    ].sort((a, b) => named(RECORDING).indexOf(a) - named(RECORDING).indexOf(b)),
  );
  deepEqual(recordingTotal(RECORDING), { samples: 9, weight: 300e6 });
});

Deno.test("a recording of real time keeps its states in a file", () => {
  const again = decodeRecording(encodeRecording(RECORDING));
  deepEqual(named(again), named(RECORDING));
  const kinds = (recording: typeof RECORDING) =>
    recording.stacks.map(({ frames }) => stateOfStack(frames));
  deepEqual(kinds(again), kinds(RECORDING));
});
