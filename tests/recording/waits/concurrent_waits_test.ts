import { deepEqual } from "node:assert/strict";

import { countedStacks, waitSums } from "../../../lib/recording/waits/concurrent_waits.ts";
import type { Wait } from "../../../lib/recording/waits/wait.ts";

const MAIN: Wait["stack"] = [["main", "/app.ts", 1, 1]];
const BRANCH: Wait["stack"] = [["main", "/app.ts", 1, 1], ["branch", "/app.ts", 5, 1]];

/** A wait from the time 0 on. */
function wait(stack: Wait["stack"], time: number, kind: Wait["kind"], count = 1): Wait {
  return { stack, start: 0, settled: time, end: time, kind, count, span: 0 };
}

Deno.test("waitSums() adds up what each wait stands for, by kind", () => {
  const waits = [wait(MAIN, 10, 0, 3), wait(MAIN, 5, 1), wait(MAIN, 7, 2), wait(BRANCH, 2, 0)];
  deepEqual([...waitSums(waits, 20).values()], [
    { stack: MAIN, leaf: 30, callee: 5, others: 7 },
    { stack: BRANCH, leaf: 2, callee: 0, others: 0 },
  ]);
  const open = { ...wait(MAIN, 10, 0), end: undefined };
  deepEqual([...waitSums([open], 20).values()].map(({ leaf }) => leaf), [20]);
});

Deno.test("countedStacks() lets branches that fit into the wait count whole", () => {
  const sums = waitSums([wait(BRANCH, 98, 0), wait(MAIN, 100, 2)], 100);
  const counted = countedStacks(sums.values());
  deepEqual(counted.get(BRANCH), { share: 1, othersShare: 1, concurrentBelow: [] });
  deepEqual(counted.get(MAIN)!.othersShare, 0.02);
});
