import { deepEqual, equal } from "node:assert/strict";

import { samplesByThread } from "../../../lib/report/figures/thread_samples.ts";
import { recordingOf } from "../../support/recordings.ts";
import { timedRecording } from "../../support/timed_recording.ts";

const APP = "f@/a.ts:1:2";

Deno.test("samplesByThread() has the busiest program's main thread first, then by weight", () => {
  const { threads, hasTimes } = samplesByThread(timedRecording([
    { stack: "shell", time: 1, pid: 1, tid: 1, name: "sh" },
    { stack: "shell", time: 2, pid: 1, tid: 1, name: "sh" },
    { stack: APP, time: 3, pid: 5, tid: 5 },
    { stack: APP, time: 4, pid: 5, tid: 6, name: "worker" },
    { stack: APP, time: 5, pid: 5, tid: 6, name: "worker" },
  ]));
  equal(hasTimes, true);
  deepEqual(
    threads.map(({ tid, indices, weight, appWeight }) => [tid, [...indices], weight, appWeight]),
    [
      [5, [2], 1e6, 1e6],
      [6, [3, 4], 2e6, 2e6],
      [1, [0, 1], 2e6, 0],
    ],
  );
});

Deno.test("samplesByThread() has a thread with two names once, by the last", () => {
  const { threads } = samplesByThread(timedRecording([
    { stack: APP, time: 1, name: "sh" },
    { stack: APP, time: 2, name: "node" },
  ]));
  deepEqual(threads.map(({ name, indices }) => [name, [...indices]]), [["node", [0, 1]]]);
});

Deno.test("samplesByThread() lines stacks up by weight where there are no times", () => {
  const { threads, table, hasTimes } = samplesByThread(recordingOf([
    ["deno: js/js::f:/a.ts:1", 2],
    ["worker: libc/a", 3],
    ["deno: libc/b", 1],
  ]));
  equal(hasTimes, false);
  deepEqual(threads.map(({ label, indices }) => [label, [...indices]]), [
    ["deno", [0, 2]],
    ["worker", [1]],
  ]);
  deepEqual([...table.time], [2000, 3000, 3000]);
  deepEqual([...table.weight], [2000, 3000, 1000]);
});
