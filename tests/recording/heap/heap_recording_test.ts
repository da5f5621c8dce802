import { deepEqual, equal } from "node:assert/strict";

import { heapRecording } from "../../../lib/recording/heap/heap_recording.ts";
import { decodeRecording, encodeRecording } from "../../../lib/recording/recording_file.ts";
import { heapFile } from "../../support/heap_files.ts";

const FILE = heapFile({
  functions: ["outer", "inner"],
  calls: [[-1, 0, 0], [0, 1, 2000], [0, 0, 500]],
});

const PROGRAM = { command: ["node", "app.js"] };

Deno.test("heapRecording() has a stack for each call with objects, its weight in bytes", () => {
  const { unit, event, stacks, interval } = heapRecording([FILE], PROGRAM);
  deepEqual({ unit, event, interval }, { unit: "bytes", event: "alloc", interval: 1000 });
  deepEqual(
    stacks.map(({ frames, weight, objects, samples }) => ({
      path: frames.map(({ name, line, position }) => `${name}:${line}:${position?.line}`).join(),
      weight,
      objects,
      samples,
    })),
    [
      { path: "outer:1:1,inner:2:2", weight: 2000, objects: 20, samples: 2 },
      { path: "outer:1:1,outer:1:1", weight: 500, objects: 5, samples: 1 },
    ],
  );
});

Deno.test("heapRecording() keeps numbers of objects in the recording's file", () => {
  const recording = heapRecording([FILE], PROGRAM);
  const read = decodeRecording(encodeRecording(recording));
  deepEqual(read.stacks.map(({ objects }) => objects), [20, 5]);
  deepEqual(read.memory, FILE.memory);
});

Deno.test("heapRecording() has threads apart, and adds up their heaps", () => {
  const worker = { ...FILE, thread: "worker 1", end: 30 };
  const { stacks, memory, duration } = heapRecording([FILE, worker], PROGRAM);
  deepEqual([...new Set(stacks.map(({ thread }) => thread))], ["main", "worker 1"]);
  deepEqual(memory, { rss: 4e6, heapUsed: 2e6, external: 4e6, arrayBuffers: 2e6 });
  equal(duration, 30);
});

Deno.test("heapRecording() says that outer frames are missing where V8 keeps no more", () => {
  const calls = Array.from({ length: 128 }, (_, i): [number, number, number] => [i - 1, 0, 100]);
  const { stacks } = heapRecording([heapFile({ functions: ["deep"], calls })], PROGRAM);
  deepEqual(stacks.map(({ isCut }) => isCut).slice(-2), [false, true]);
});
