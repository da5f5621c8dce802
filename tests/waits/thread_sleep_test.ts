import { equal } from "node:assert/strict";

import { ThreadSleep } from "../../lib/waits/thread_sleep.ts";

const cell = new Int32Array(new SharedArrayBuffer(4));

Deno.test("ThreadSleep tells a sleep from work", () => {
  const sleep = new ThreadSleep();
  sleep.onReturn(0);
  Atomics.wait(cell, 0, 0, 50);
  equal(sleep.slept(50e6), true);
  // Nothing has begun to run since, or it waited for a processor all the time.
  equal(sleep.slept(1e3), false);
});
