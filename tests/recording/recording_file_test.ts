import { deepEqual, equal, throws } from "node:assert/strict";

import { FrameTable } from "../../lib/recording/frame_table.ts";
import type { Recording } from "../../lib/recording/recording.ts";
import { decodeRecording, encodeRecording } from "../../lib/recording/recording_file.ts";
import { SampleTable } from "../../lib/recording/sample_table.ts";
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
    clock: "mono",
    threads: [{ pid: 1, tid: 2, name: "deno" }],
    samples: new SampleTable({
      time: Float64Array.of(1, 2 ** 53 - 1),
      thread: Uint32Array.of(0, 0),
      stack: Uint32Array.of(1, 0),
      weight: Float64Array.of(100, 0.5),
    }),
    stacks: stacks.stacks(),
    sources: new Map([["/a.ts", "let a;\n"], ["/b.ts", ""]]),
    history: {
      compilations: [{ name: "foo", file: "/a.ts", line: 1, maglev: 1, turbofan: 2 }],
      deopts: [{
        name: "foo",
        file: "/a.ts",
        line: 1,
        at: { name: "foo", file: "/a.ts", line: 1 },
        position: { line: 2, column: 3 },
        kind: "deopt-eager",
        reason: "wrong map",
        count: 12,
      }],
    },
  };
  const decoded = decodeRecording(encodeRecording(recording));
  deepEqual(decoded, recording);
  deepEqual(
    decoded.stacks.map(({ frames }) => frames),
    recording.stacks.map(({ frames }) => frames),
  );
  equal(decoded.stacks[0]!.frames[0], decoded.stacks[1]!.frames[0]);
});

Deno.test("decodeRecording() reads version 1, which has no single samples", () => {
  const { stacks, samples, threads, clock } = decodeRecording(
    '{"format":"@x/perf recording","version":1,"event":"cpu-clock","frames":[{"name":"f","kind":"native","module":"m"}],' +
      '"stacks":[{"thread":"deno","frames":[0,0],"samples":3,"weight":9,"isCut":false}]}\n',
  );
  deepEqual(stacks[0]!.frames.map(({ name }) => name), ["f", "f"]);
  deepEqual({ ...stacks[0]! }, { thread: "deno", samples: 3, weight: 9, isCut: false });
  deepEqual({ length: samples.length, threads, clock }, { length: 0, threads: [], clock: "perf" });
});

Deno.test("decodeRecording() refuses what is no recording", () => {
  throws(
    () =>
      decodeRecording(
        '{"format":"@x/perf recording","version":2,"frames":[],"stacks":[],"sources":[["/a.ts",1]]}',
      ),
    /its sources are none/,
  );
  throws(() => decodeRecording("PERFILE2"), SyntaxError);
  throws(() => decodeRecording('{"format":"@x/perf recording","version":3,}'), SyntaxError);
  throws(() => decodeRecording('{"format":"@x/perf recording","version":1,"fra'), SyntaxError);
  for (
    const content of [
      '"frames":[]',
      '"stacks":[""],"frames":[]',
      '"stacks":[{"samples":1,"weight":1,"frames":[0]}],"frames":[]',
      '"stacks":[{"samples":1,"weight":1,"frames":[0]}],"frames":[1]',
      '"stacks":[],"frames":[],"threads":[]',
      '"stacks":[],"frames":[],"threads":[{}],"samples":{}',
      '"stacks":[],"frames":[],"threads":[],"samples":{"time":"AAAAAAAA8D8="}',
      '"stacks":[],"frames":[],"threads":[],"samples":' +
      '{"time":"AAAAAAAA8D8=","thread":"AAAAAA==","stack":"AAAAAA==","weight":"AAAAAAAA8D8="}',
      '"stacks":[{"samples":"1","weight":1,"frames":[]}],"frames":[]',
    ]
  ) {
    const text = `{"format":"@x/perf recording","version":2,${content}}`;
    throws(() => decodeRecording(text), SyntaxError, content);
  }
});
