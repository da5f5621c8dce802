import { deepEqual, equal, throws } from "node:assert/strict";

import { FrameTable } from "../../lib/recording/frame_table.ts";
import type { Recording } from "../../lib/recording/recording.ts";
import { decodeRecording, encodeRecording } from "../../lib/recording/recording_file.ts";
import { StackTable } from "../../lib/recording/stack_table.ts";

Deno.test("decodeRecording() is encodeRecording()'s inverse, and equal frames stay one object", () => {
  const frames = new FrameTable();
  const [main, foo] = ["main", "js::foo:/a.ts:1"].map((symbol) =>
    frames.at({ symbol, module: "m" })
  );
  const stacks = new StackTable();
  stacks.add("deno", [main!, foo!], { weight: 100 });
  stacks.add("deno", [main!], { weight: 100, isCut: true });
  const recording: Recording = {
    sampler: "builtin",
    samplerVersion: "built-in sampler",
    command: ["deno", "run", "a b.ts"],
    event: "task-clock",
    unit: "nanoseconds",
    frequency: 999,
    callGraph: { method: "fp" },
    maxFrames: 512,
    start: 1,
    duration: 2.5,
    lostSamples: 3,
    stacks: stacks.stacks(),
  };
  const decoded = decodeRecording(encodeRecording(recording));
  deepEqual(decoded, recording);
  equal(decoded.stacks[0]!.frames[0], decoded.stacks[1]!.frames[0]);
});

Deno.test("decodeRecording() refuses what is no recording", () => {
  throws(() => decodeRecording("PERFILE2"), SyntaxError);
  throws(() => decodeRecording('{"format":"@x/perf recording","version":2,}'), SyntaxError);
  throws(() => decodeRecording('{"format":"@x/perf recording","version":1,"fra'), SyntaxError);
  for (
    const content of [
      '"frames":[]',
      '"stacks":[""],"frames":[]',
      '"stacks":[{"samples":1,"weight":1,"frames":[0]}],"frames":[]',
      '"stacks":[{"samples":1,"weight":1,"frames":[0]}],"frames":[1]',
      '"stacks":[{"samples":"1","weight":1,"frames":[]}],"frames":[]',
    ]
  ) {
    const text = `{"format":"@x/perf recording","version":1,${content}}`;
    throws(() => decodeRecording(text), SyntaxError, content);
  }
});
