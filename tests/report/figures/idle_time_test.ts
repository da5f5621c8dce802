import { deepEqual, equal } from "node:assert/strict";

import { withoutIdle } from "../../../lib/report/figures/idle_time.ts";
import { recordingOf } from "../../support/recordings.ts";
import { wallRecording } from "../../support/wall_recording.ts";

const RECORDING = wallRecording([
  ["- epoll_wait", 40],
  ["work running", 5],
  ["- futex", 99, 2],
  ["work futex", 30],
]);

const names = ({ stacks }: typeof RECORDING) =>
  stacks.map(({ frames }) => frames.at(-1)!.name).sort();

Deno.test("withoutIdle() leaves out threads that only wait, and event loops where they are hidden", () => {
  deepEqual(names(withoutIdle(RECORDING, "all")), names(RECORDING));
  const loop = withoutIdle(RECORDING, "loop");
  deepEqual(names(loop), ["(blocks the event loop: futex)", "(event loop idle)", "work"]);
  deepEqual(names(withoutIdle(RECORDING, "none")), ["(blocks the event loop: futex)", "work"]);
  const { samples, stacks } = loop;
  deepEqual(
    [...samples.stack].map((stack, i) => [stacks[stack]!.frames.at(-1)!.name, samples.weight[i]]),
    [
      ["(event loop idle)", 40e6],
      ["work", 5e6],
      ["(blocks the event loop: futex)", 30e6],
    ],
  );
});

Deno.test("withoutIdle() changes no recording of processor time", () => {
  const recording = recordingOf([["deno: libc/main js/js::foo:/a.ts:1", 2]]);
  equal(withoutIdle(recording, "none"), recording);
});
