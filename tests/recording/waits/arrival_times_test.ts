import { deepEqual, ok } from "node:assert/strict";

import { estimateArrivals } from "../../../lib/recording/waits/arrival_times.ts";
import { type Wait, WaitKind } from "../../../lib/recording/waits/wait.ts";

const SLOW: Wait["stack"] = [["slow", "/a.ts", 1, 1]];
const OTHER: Wait["stack"] = [["other", "/a.ts", 9, 1]];

function wait(stack: Wait["stack"], start: number, settled: number): Wait {
  const kind: Wait["kind"] = WaitKind.LEAF;
  return { stack, start, settled, end: settled + 500, count: 1, kind, span: 0 };
}

Deno.test("estimateArrivals() finds the answer that a busy loop delivers late", () => {
  // An answer after 40, which the loop takes at the ends of turns of 50; one came while it slept.
  const exact = { wait: wait(SLOW, 1000, 1040), earliest: 1040 };
  const late = Array.from({ length: 20 }, (_, i) => {
    const start = 1000 + i;
    return { wait: wait(SLOW, start, 1090), earliest: 1038 };
  });
  const other = { wait: wait(OTHER, 1000, 1200), earliest: 1100 };
  estimateArrivals([exact, ...late, other]);
  deepEqual(exact.wait.settled, 1040);
  for (const { wait: { start, settled } } of late) {
    ok(Math.abs(settled! - start - 40) < 3, `${settled! - start}`);
  }
  // Awaits of another stack say nothing on it.
  deepEqual(other.wait.settled, 1150);
});

Deno.test("estimateArrivals() leaves times alone that are known", () => {
  const known = [10, 25, 700].map((time) => ({ wait: wait(SLOW, 0, time), earliest: time }));
  estimateArrivals(known);
  deepEqual(known.map(({ wait }) => wait.settled), [10, 25, 700]);
});
