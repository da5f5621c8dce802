import { deepEqual, equal } from "node:assert/strict";

import { realTime, totalOf } from "../../../lib/report/figures/real_time.ts";
import { wallRecording } from "../../support/wall_recording.ts";

const milliseconds = (times: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(times).map(([key, time]) => [key, time / 1e6]));

Deno.test("realTime() divides the time of each thread with JavaScript by state, and adds up the others", () => {
  const { threads, others } = realTime(wallRecording([
    ["work running", 5],
    ["work futex", 30],
    ["- epoll_wait", 40],
    ["- futex", 2],
    ["work runnable", 3],
    ["- epoll_wait", 100, 2],
    ["- running", 1, 2],
    ["- futex", 99, 3],
  ]));
  equal(threads.length, 1);
  equal(threads[0]!.label, "deno");
  deepEqual(milliseconds({ ...threads[0]!.times }), {
    ...{ running: 5, runnable: 3, blocking: 30, blocked: 2, idle: 40 },
  });
  equal(totalOf(threads[0]!.times), 80e6);
  deepEqual(milliseconds({ ...others, count: 1e6 * others.count }), {
    ...{ running: 1, runnable: 0, blocking: 0, blocked: 0, idle: 199, count: 2 },
  });
});

Deno.test("realTime() adds up the waits of a place, and counts one that was seen in pieces once", () => {
  const { blockers } = realTime(wallRecording([
    ["work futex", 10],
    ["work futex", 20],
    ["work running", 1],
    ["work futex", 25],
    ["- epoll_wait", 40],
    ["other wait4", 70],
    ["work read", 3],
  ]));
  deepEqual(
    blockers.map(({ call, frame, weight, longest, count }) => [
      ...[frame.name, frame.position?.line, call, weight / 1e6, longest / 1e6, count],
    ]),
    [
      ["other", 8, "wait4", 70, 70, 1],
      ["work", 4, "futex", 55, 30, 2],
      ["work", 4, "read", 3, 3, 1],
    ],
  );
});
