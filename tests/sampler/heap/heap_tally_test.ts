import { deepEqual } from "node:assert/strict";

import { HeapTally, type SampledHeap } from "../../../lib/sampler/heap/heap_tally.ts";

/** V8's answer for `main`, which calls `leak`, which has allocated one object for each size. */
function sampled(sizes: readonly number[]): SampledHeap {
  const frame = { url: "", scriptId: "0", lineNumber: -1, columnNumber: -1 };
  const node = (functionName: string, id: number, selfSize: number, children: unknown[]) => ({
    callFrame: { ...frame, functionName, scriptId: "7", url: "file:///a.js", lineNumber: id },
    id,
    selfSize,
    children,
  });
  const sum = sizes.reduce((all, size) => all + size, 0);
  return {
    head: node("(root)", 1, 0, [node("main", 2, 0, [node("leak", 3, sum, [])])]),
    samples: sizes.map((size) => ({ size, nodeId: 3 })),
  } as SampledHeap;
}

Deno.test("add() adds up the bytes, the objects and the samples of each call", () => {
  const tally = new HeapTally(1024);
  tally.add(sampled([1 << 20, 1 << 21]));
  tally.add(sampled([1 << 20]));
  deepEqual(tally.nodes, [
    { parent: -1, fn: 0, bytes: 0, objects: 0, samples: 0 },
    { parent: 0, fn: 1, bytes: 4 << 20, objects: 3, samples: 3 },
  ]);
  deepEqual(tally.functions.map(({ name, script }) => `${name} ${script}`), ["main 0", "leak 0"]);
  deepEqual(tally.scripts, [{ id: "7", url: "file:///a.js" }]);
});

Deno.test("copy() has the sums so far, and changes nothing of its original", () => {
  const tally = new HeapTally(1024);
  tally.add(sampled([1 << 20]));
  const copy = tally.copy(1024);
  copy.add(sampled([1 << 20]));
  deepEqual([tally, copy].map(({ nodes }) => nodes[1]!.bytes), [1 << 20, 2 << 20]);
});
