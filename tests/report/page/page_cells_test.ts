import { deepEqual, equal, ok } from "node:assert/strict";

import { Frames, pageModelOf, type SampleText, timedRecording } from "../../support/page_model.ts";
import { recordingOf } from "../../support/recordings.ts";

const frames = new Frames();

Deno.test("pageCells() counts samples of one stack in one stretch of time once", () => {
  const [foo, bar] = [[frames.at("foo", 11)], [frames.at("bar", 21)]];
  const { cells, stepEnd, data } = pageModelOf(timedRecording([
    [0, foo, 0, 5],
    [0, foo, 1, 5],
    [0, bar, 2, 5],
    [1, foo, 3000, 10],
    [0, foo, 4000, 5],
  ]));
  deepEqual([...cells.weight], [10, 5, 10, 5]);
  deepEqual([...cells.samples], [2, 1, 1, 1]);
  deepEqual([...cells.thread], [0, 0, 1, 0]);
  equal(cells.node[0], cells.node[3]);
  deepEqual([stepEnd!.at(0), stepEnd!.at(-2), stepEnd!.at(-1)], [2, 3, 4]);
  deepEqual(data.threads, [{ name: "main", pid: 1, tid: 1 }, { name: "worker", pid: 2, tid: 3 }]);
});

Deno.test("pageCells() has at most 2000 stretches of time, and all weight", () => {
  const samples = Array.from({ length: 9000 }, (_, i): SampleText => [
    i % 2,
    [frames.at("foo", 11 + i % 7)],
    1e12 + i * 1.7e6,
    1_001_001,
  ]);
  const { cells, stepEnd } = pageModelOf(timedRecording(samples));
  equal(stepEnd!.length, 2000);
  equal(stepEnd!.at(-1), cells.length);
  ok(stepEnd!.every((end, i) => i === 0 || end >= stepEnd![i - 1]!));
  equal(cells.weight.reduce((sum, weight) => sum + weight, 0), 9000 * 1_001_001);
});

Deno.test("pageCells() counts stacks where samples have no times", () => {
  const recording = recordingOf([["deno: libc/main", 2], ["worker: libc/main", 1]]);
  const { cells, stepEnd, data } = pageModelOf(recording);
  deepEqual([[...cells.weight], [...cells.samples], stepEnd], [[2000, 1000], [2, 1], undefined]);
  deepEqual(data.threads, [{ name: "deno" }, { name: "worker" }]);
});
