import { deepEqual, equal } from "node:assert/strict";

import { foldFrames } from "../../../lib/report/figures/fold_frames.ts";
import { timeParts } from "../../../lib/report/figures/time_parts.ts";
import { SampleTable } from "../../../lib/recording/sample_table.ts";
import { programRecording } from "../../support/program_recording.ts";

const RECORDING = programRecording([
  { stack: "native/main", times: 3 },
  { stack: "native/main kernel/page_fault", times: 2 },
  { stack: "native/compile", tid: 2, times: 4 },
  { stack: "native/main <module>:/a.ts:1 foo:/a.ts:2", times: 10 },
  { stack: "native/main <module>:/a.ts:1 kernel/read", times: 5 },
  { stack: "native/main <module>:/a.ts:1 (garbage_collection)", times: 6 },
  { stack: "native/main builtin/RunMicrotasks", times: 7 },
]);

Deno.test("timeParts() divides all time, with nothing left and nothing twice", () => {
  const { total, parts, kernel, programsKernel } = timeParts(foldFrames(RECORDING));
  deepEqual(parts, {
    program: 15e6,
    "start-up": 5e6,
    background: 4e6,
    collection: 6e6,
    runtime: 7e6,
  });
  equal(total, 37e6);
  equal(kernel, 7e6);
  equal(programsKernel, 5e6);
});

Deno.test("timeParts() without times gives the runtime what they would tell", () => {
  const { parts } = timeParts(foldFrames({ ...RECORDING, samples: SampleTable.empty() }));
  deepEqual(parts, {
    program: 15e6,
    "start-up": 0,
    background: 0,
    collection: 6e6,
    runtime: 16e6,
  });
});

Deno.test("timeParts() counts a Worker's start before its own first function", () => {
  const { parts } = timeParts(programRecording([
    { stack: "native/main builtin/RunMicrotasks", times: 1 },
    { stack: "native/main <module>:/a.ts:1", times: 2 },
    { stack: "native/main builtin/RunMicrotasks", times: 3 },
    { stack: "native/worker builtin/RunMicrotasks", tid: 2, times: 4 },
    { stack: "native/worker <module>:/w.ts:1", tid: 2, times: 5 },
    { stack: "native/worker", tid: 2, times: 6 },
  ]));
  deepEqual(parts, {
    program: 7e6,
    "start-up": 5e6,
    background: 0,
    collection: 0,
    runtime: 9e6,
  });
});

Deno.test("timeParts() leaves a process without a program to the runtime", () => {
  const { parts } = timeParts(programRecording([{ stack: "native/sh", times: 4 }]));
  equal(parts.runtime, 4e6);
});
