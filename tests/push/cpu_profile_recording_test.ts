import { deepEqual, equal } from "node:assert/strict";

import { cpuProfileRecording } from "../../lib/push/cpu_profile_recording.ts";
import { frameSymbol } from "../../lib/recording/frame.ts";

const FACTS = { command: ["deno"], pid: 7, frequency: 1000, start: 5, duration: 100 };

const callFrame = (functionName: string, url = "", lineNumber = -1) => ({
  functionName,
  url,
  lineNumber,
});

Deno.test("cpuProfileRecording() has each function's samples by line, and no idle time", () => {
  const recording = cpuProfileRecording({
    nodes: [
      { id: 1, callFrame: callFrame("(root)"), hitCount: 3, children: [2, 3, 4, 7] },
      { id: 2, callFrame: callFrame("(idle)"), hitCount: 50 },
      { id: 3, callFrame: callFrame("(program)"), hitCount: 2 },
      { id: 4, callFrame: callFrame("", "file:///app/a.ts"), children: [5] },
      {
        id: 5,
        callFrame: callFrame("foo", "file:///app/a.ts", 6),
        hitCount: 5,
        children: [6],
        positionTicks: [{ line: 8, ticks: 3 }, { line: 9, ticks: 1 }],
      },
      { id: 6, callFrame: callFrame("map"), hitCount: 1 },
      { id: 7, callFrame: callFrame("(garbage collector)"), hitCount: 4 },
    ],
  }, FACTS);
  deepEqual(
    recording.stacks.map(({ frames, samples, weight }) => [
      frames.map((frame) => `${frameSymbol(frame)}@${frame.position?.line ?? 0}`).join(" "),
      samples,
      weight,
    ]),
    [
      ["(native code)@0", 2, 2e6],
      ["js::<module>:/app/a.ts@0 js::foo:/app/a.ts:7@8", 3, 3e6],
      ["js::<module>:/app/a.ts@0 js::foo:/app/a.ts:7@9", 1, 1e6],
      ["js::<module>:/app/a.ts@0 js::foo:/app/a.ts:7@0", 1, 1e6],
      ["js::<module>:/app/a.ts@0 js::foo:/app/a.ts:7@0 map@0", 1, 1e6],
      ["(garbage collection)@0", 4, 4e6],
    ],
  );
  equal(recording.threads[0]!.pid, 7);
  equal(recording.samples.length, recording.stacks.length);
});
