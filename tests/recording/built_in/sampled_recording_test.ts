import { deepEqual, equal } from "node:assert/strict";

import { recordingTotal } from "../../../lib/recording/recording.ts";
import type { Sample, SampleFile } from "../../../lib/recording/built_in/sample_file.ts";
import { sampledRecording } from "../../../lib/recording/built_in/sampled_recording.ts";

const FILE: SampleFile = {
  process: 42,
  machine: 62,
  isOfRealTime: false,
  interval: 1_000_000,
  start: 1_700_000_000_000,
  samples: [
    // 0x1010 is where bar begins, and where a call at the end of foo returns to.
    { thread: 42, weight: 4e6, time: 5e9, addresses: [0x9990, 0x1010, 0x5000] },
    { thread: 42, weight: 2e6, time: 6e9, addresses: [0x9990, 0x1010, 0x5000] },
    { thread: 43, weight: 1e6, time: 5.5e9, addresses: [0x1010] },
    { thread: 44, weight: 1e6, time: 5.5e9, addresses: new Array(1024).fill(0x1011) },
  ].map((sample): Sample => ({ ...sample, state: { kind: "running" } })),
  threads: new Map([[42, "deno"], [43, "worker"]]),
  maps: ["5000-6000 r-xp 00000000 fe:00 1 /usr/bin/deno\n"],
  counts: { cpuTime: 9e6, runs: 9, dropped: 3e6, unarmed: 0 },
};

const RECORDING = sampledRecording(FILE, {
  command: ["/usr/bin/deno", "run", "a.ts"],
  map: "1000 10 js::foo:/a.ts:1\n1010 10 js::bar:/a.ts:2\n",
  open: () => undefined,
});

Deno.test("sampledRecording() merges equal stacks, callers first, with their threads", () => {
  const { stacks, samples, ...facts } = RECORDING;
  deepEqual(facts, {
    sampler: "builtin",
    samplerVersion: "built-in sampler",
    command: ["/usr/bin/deno", "run", "a.ts"],
    event: "cpu-clock",
    unit: "nanoseconds",
    frequency: 1000,
    callGraph: { method: "fp" },
    maxFrames: 1024,
    start: 1_700_000_000_000,
    duration: 1000,
    lostSamples: 3,
    clock: "mono",
    threads: [
      { pid: 42, tid: 42, name: "deno" },
      { pid: 42, tid: 43, name: "worker" },
      { pid: 42, tid: 44, name: "thread 44" },
    ],
    sources: new Map(),
  });
  deepEqual([...samples.time], [5e9, 5.5e9, 5.5e9, 6e9]);
  deepEqual([...samples.thread], [0, 1, 2, 0]);
  deepEqual([...samples.stack], [0, 1, 2, 0]);
  deepEqual([...samples.weight], [4e6, 1e6, 1e6, 2e6]);
  deepEqual(recordingTotal(RECORDING), { samples: 4, weight: 8e6 });
  const seen = stacks.map(({ thread, samples, weight, isCut }) => [thread, samples, weight, isCut]);
  deepEqual(seen, [
    ["deno", 2, 6e6, false],
    ["worker", 1, 1e6, false],
    ["thread 44", 1, 1e6, true],
  ]);
  deepEqual(stacks[0]!.frames.map(({ name, kind }) => [name, kind]), [
    ["", "runtime"],
    ["foo", "typescript"],
    ["", "runtime"],
  ]);
});

Deno.test("sampledRecording() looks a caller up at its call, the innermost frame at its address", () => {
  equal(RECORDING.stacks[0]!.frames[1]!.name, "foo");
  equal(RECORDING.stacks[1]!.frames[0]!.name, "bar");
});

Deno.test("sampledRecording() asks the resolver, and prefers js:: names of the map if it yields", () => {
  const asked: string[] = [];
  const { stacks } = sampledRecording(FILE, {
    command: ["/usr/bin/deno", "run", "a.ts"],
    map: "1000 10 js::foo:/a.ts:1\n",
    open: () => undefined,
    resolver: {
      framesAt(pid, address, time, isCaller) {
        asked.push(`${pid} ${address.toString(16)} ${time} ${isCaller}`);
        const names = address === 0x9990 ? ["hot", "inlined"] : ["wasm"];
        return address === 0x5000 ? undefined : {
          frames: names.map((name) => ({ name, kind: "typescript", file: "/a.ts", module: "" })),
          from: 0,
          to: Infinity,
          yieldsToMap: names[0] === "wasm",
        };
      },
    },
  });
  deepEqual(asked.slice(0, 3), [
    "42 5000 5000000000 true",
    "42 1010 5000000000 true",
    "42 9990 5000000000 false",
  ]);
  deepEqual(stacks.slice(0, 2).map(({ frames }) => frames.map(({ name }) => name)), [
    ["", "foo", "hot", "inlined"],
    ["wasm"],
  ]);
});

Deno.test("sampledRecording() of real time has the states of threads innermost", () => {
  const at = { weight: 1e6, addresses: [0x1011, 0x5000] };
  const states: Sample["state"][] = [
    { kind: "running" },
    { kind: "runnable" },
    { kind: "blocked", call: 202 },
  ];
  const samples = states.map((state, i): Sample => ({ ...at, thread: 42, time: 1e6 * i, state }));
  const idle: Sample = { ...at, addresses: [0x5000], thread: 42, time: 9e6, state: states[2]! };
  const recording = sampledRecording({
    ...FILE,
    isOfRealTime: true,
    samples: [...samples, { ...idle, state: { kind: "blocked", call: 232 } }, {
      ...idle,
      thread: 43,
    }],
  }, {
    command: ["/usr/bin/deno"],
    map: "1010 10 js::bar:/a.ts:2\n",
    open: () => undefined,
  });
  equal(recording.event, "wall-clock");
  deepEqual(recording.stacks.map(({ frames }) => frames.map(({ name }) => name)), [
    ["", "bar"],
    ["", "bar", "(waiting for a core)"],
    ["", "bar", "(blocks the event loop: futex)"],
    ["(event loop idle)"],
    ["(idle)"],
  ]);
});
