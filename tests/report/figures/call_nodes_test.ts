import { deepEqual, equal } from "node:assert/strict";

import type { Recording } from "../../../lib/recording/recording.ts";
import { CallFrames } from "../../../lib/report/figures/call_frames.ts";
import { CallNodes, type ProfileNode } from "../../../lib/report/figures/call_nodes.ts";
import { timedRecording } from "../../support/timed_recording.ts";

const MAIN = "main@/a.ts:1:20";

/** Counts all samples of a recording: the nodes, and the numbers of those that samples ended in. */
function counted({ samples, stacks }: Recording, perTick = 1e6) {
  const nodes = new CallNodes(new CallFrames(), stacks);
  const ends = Array.from(samples.stack, (stack, i) => nodes.count(stack, samples.weight[i]!));
  return { nodes, ends, all: [...nodes.nodes("(root)", perTick)] };
}

/** The nodes by their paths of names: ticks, and ticks by line. */
function byPath(all: readonly ProfileNode[]): Record<string, [number, Record<number, number>]> {
  const paths: Record<string, [number, Record<number, number>]> = {};
  const visit = (
    { callFrame, hitCount, positionTicks = [], children = [] }: ProfileNode,
    above: string,
  ) => {
    const path = `${above}/${callFrame.functionName}`;
    paths[path] = [
      hitCount,
      Object.fromEntries(positionTicks.map(({ line, ticks }) => [line, ticks])),
    ];
    for (const child of children) visit(all[child - 1]!, path);
  };
  visit(all[0]!, "");
  return paths;
}

Deno.test("CallNodes has a node for each way to a function, and says where a sample ended", () => {
  const { ends, all } = counted(timedRecording([
    { stack: `${MAIN} f@/a.ts:5:6`, time: 1 },
    { stack: `${MAIN} f@/a.ts:5:7`, time: 2 },
    { stack: "f@/a.ts:5:7", time: 3 },
    { stack: `${MAIN} f@/a.ts:5:6`, time: 4 },
  ]));
  // The executed line is no part of the way.
  deepEqual(ends, [3, 3, 4, 3]);
  deepEqual(all.map(({ id }) => id), [1, 2, 3, 4]);
  deepEqual(byPath(all), {
    "/(root)": [0, {}],
    "/(root)/main": [0, {}],
    "/(root)/main/f": [3, { 6: 2, 7: 1 }],
    "/(root)/f": [1, { 7: 1 }],
  });
});

Deno.test("CallNodes counts code without a source for the innermost line, the program's before others", () => {
  const { all } = counted(timedRecording([
    { stack: `${MAIN} memmove`, time: 1 },
    { stack: `${MAIN} read@node:fs:8:9`, time: 2 },
    { stack: "read@node:fs:8:9 memmove", time: 3 },
    { stack: "memmove", time: 4 },
  ]));
  deepEqual(byPath(all), {
    "/(root)": [0, {}],
    "/(root)/main": [0, { 20: 2 }],
    "/(root)/main/memmove": [1, {}],
    "/(root)/main/read": [1, {}],
    "/(root)/read": [0, { 9: 1 }],
    "/(root)/read/memmove": [1, {}],
    "/(root)/memmove": [1, {}],
  });
});

Deno.test("CallNodes has nothing below a garbage collection, and one place for stacks that are cut", () => {
  const { all } = counted(timedRecording([
    { stack: "(garbage_collection) memmove", time: 1 },
    { stack: MAIN, time: 2, isCut: true },
    { stack: "memmove", time: 3, isCut: true },
  ]));
  deepEqual(Object.keys(byPath(all)), [
    "/(root)",
    "/(root)/(garbage collector)",
    "/(root)/[cut off]",
    "/(root)/[cut off]/main",
    "/(root)/[cut off]/memmove",
  ]);
});

Deno.test("CallNodes rounds ticks, and leaves lines out that have less than half of one", () => {
  const { all } = counted(timedRecording([
    { stack: "f@/a.ts:5:6", time: 1, weight: 1.6e6 },
    { stack: "f@/a.ts:5:7", time: 2, weight: 4e5 },
  ]));
  deepEqual(byPath(all)["/(root)/f"], [2, { 6: 2 }]);
});

Deno.test("CallNodes has a root with a list of children where it has none, and time in names", () => {
  const { nodes, all: [root] } = counted(timedRecording([]));
  deepEqual([root!.children, root!.callFrame.functionName], [[], "(root)"]);
  const idle = nodes.countName("(idle)", 2e6);
  equal(nodes.countName("(idle)", 1e6), idle);
  const all = [...nodes.nodes("(root)", 1e6)];
  deepEqual([all[0]!.children, all[idle - 1]!.hitCount, all[idle - 1]!.children], [
    [idle],
    3,
    undefined,
  ]);
});
