import { equal } from "node:assert/strict";

import { fitClock } from "../../../lib/command/logs/perf_clock.ts";

const marker = (path: string, before: number, after: number) => ({ path, before, after });

Deno.test("fitClock() maps both markers exactly", () => {
  const clock = fitClock(
    [marker("/a/marker-start", 1_000, 1_010), marker("/a/marker-end", 11_000, 11_020)],
    [{ path: "/a/marker-start", time: 500 }, { path: "/lib/libc.so", time: 600 }, {
      path: "/a/marker-end",
      time: 10_505,
    }],
  )!;
  equal(clock.toMonotonic(500), 1_005);
  equal(clock.toMonotonic(10_505), 11_010);
  equal(clock.fromMonotonic(clock.toMonotonic(4_321)), 4_321);
});

Deno.test("fitClock() of one marker assumes that both clocks are equally fast", () => {
  const clock = fitClock([marker("/a/marker-start", 1_000, 1_000)], [{
    path: "/a/marker-start",
    time: 400,
  }])!;
  equal(clock.toMonotonic(1_400), 2_000);
  equal(clock.fromMonotonic(2_000), 1_400);
});

Deno.test("fitClock() is undefined if the recording saw no marker", () => {
  equal(fitClock([marker("/a/marker-start", 1, 2)], [{ path: "/b", time: 3 }]), undefined);
  equal(fitClock([], []), undefined);
});
