import { deepEqual, equal } from "node:assert/strict";

import { ThreadSwitches } from "../../../lib/recording/perf_data/thread_switches.ts";

Deno.test("ThreadSwitches finds the absence that a sample begins, and whether it was forced", () => {
  const switches = new ThreadSwitches();
  switches.leave(7, 100, false);
  switches.enter(7, 150);
  switches.leave(7, 200, true);
  switches.enter(7, 230);
  switches.order();
  deepEqual(switches.absenceAt(7, 98), { until: 150, isPreempted: false });
  deepEqual(switches.absenceAt(7, 200), { until: 230, isPreempted: true });
  equal(switches.absenceAt(8, 98), undefined);
  equal(switches.last, 230);
});

Deno.test("ThreadSwitches puts switches of several processors into the order of time", () => {
  const switches = new ThreadSwitches();
  switches.enter(7, 150);
  switches.enter(7, 50);
  switches.leave(7, 100, false);
  switches.order();
  deepEqual(switches.absenceAt(7, 99), { until: 150, isPreempted: false });
});

Deno.test("ThreadSwitches ends an absence with the recording, but none of an ended thread", () => {
  const switches = new ThreadSwitches();
  switches.leave(7, 100, false);
  switches.end(8, 100);
  switches.leave(8, 101, false);
  switches.enter(9, 500);
  switches.order();
  deepEqual(switches.absenceAt(7, 99), { until: 500, isPreempted: false });
  equal(switches.absenceAt(8, 100), undefined);
});

Deno.test("ThreadSwitches knows no absence where records were lost", () => {
  const switches = new ThreadSwitches();
  switches.leave(7, 100, false);
  switches.leave(7, 200, false);
  switches.enter(7, 300);
  switches.order();
  // The return before the second leave was lost.
  equal(switches.absenceAt(7, 99), undefined);
  // The next switch of a thread that runs is no leave.
  equal(switches.absenceAt(7, 250), undefined);
});
