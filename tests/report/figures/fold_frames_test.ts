import { deepEqual, equal } from "node:assert/strict";

import { foldFrames } from "../../../lib/report/figures/fold_frames.ts";
import { frameSymbol } from "../../../lib/recording/frame.ts";
import { type Recording, recordingTotal } from "../../../lib/recording/recording.ts";
import { SampleTable } from "../../../lib/recording/sample_table.ts";
import { recordingOf, TRAMPOLINES } from "../../support/recordings.ts";

const stacksOf = ({ stacks }: Recording) =>
  stacks.map(({ thread, frames, samples }) =>
    `${thread}: ${frames.map(frameSymbol).join(" ")} ${samples}`
  );

Deno.test("foldFrames() leaves out frames without a name, except the innermost", () => {
  deepEqual(stacksOf(foldFrames(recordingOf(TRAMPOLINES))), [
    // V8's code for foo is foo; both stacks have become one.
    "deno: main js::bar:/a.ts:2 js::foo:/a.ts:1 70",
    "deno: main js::bar:/a.ts:2 [deno] 10",
    "deno: main js::bar:/a.ts:2 memmove page_fault 5",
    "deno: main [deno] 10",
    "worker: start_thread [generated code] 5",
  ]);
});

Deno.test("foldFrames() with appOnly keeps the program's functions, and all time", () => {
  const recording = recordingOf([
    ...TRAMPOLINES,
    ["deno: libc/main js/js::bar:/a.ts:2 js/js::each:/node_modules/b/c.js:3 libc/malloc", 1],
  ]);
  const folded = foldFrames(recording, { appOnly: true });
  deepEqual(stacksOf(folded), [
    "deno: js::bar:/a.ts:2 js::foo:/a.ts:1 70",
    "deno: js::bar:/a.ts:2 15",
    "deno: [no app code] 10",
    "worker: [no app code] 5",
    "deno: js::bar:/a.ts:2 js::each:/node_modules/b/c.js:3 1",
  ]);
  deepEqual(recordingTotal(folded), recordingTotal(recording));
});

Deno.test("foldFrames() gives the library's own time to the function that it serves", () => {
  const recording = recordingOf([["deno: js/js::foo:/a.ts:1 xp/xp_register", 2], ["deno: xp/", 1]]);
  deepEqual(stacksOf(foldFrames(recording)), [
    "deno: js::foo:/a.ts:1 2",
    "deno: [libxperf-x86_64.so] 1",
  ]);
});

Deno.test("foldFrames() keeps functions of others that are named like the library's", () => {
  const recording = recordingOf([["deno: js/js::foo:/a.ts:1 libc/xp_compress libc/memcpy", 2]]);
  deepEqual(stacksOf(foldFrames(recording)), [
    "deno: js::foo:/a.ts:1 xp_compress memcpy 2",
  ]);
});

Deno.test("foldFrames() keeps cut stacks apart, and does not change the recording", () => {
  const recording = recordingOf([
    ["deno: js/js::foo:/a.ts:1", 2, { isCut: true }],
    ["deno: js/js::foo:/a.ts:1", 1],
  ]);
  deepEqual(foldFrames(recording).stacks.map(({ isCut }) => isCut), [true, false]);
  equal(recording.stacks.length, 2);
});

Deno.test("foldFrames() gives every sample its folded stack", () => {
  const samples = new SampleTable({
    time: Float64Array.of(1, 2, 3),
    thread: Uint32Array.of(0, 0, 0),
    stack: Uint32Array.of(5, 1, 0),
    weight: Float64Array.of(1, 1, 1),
  });
  const folded = foldFrames(recordingOf(TRAMPOLINES, { samples }));
  deepEqual([...folded.samples.stack], [4, 0, 0]);
});
