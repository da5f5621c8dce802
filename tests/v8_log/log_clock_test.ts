import { deepEqual, equal } from "node:assert/strict";

import { LogClock, type SizePoll } from "../../lib/v8_log/log_clock.ts";

/** Lines of 10 bytes, one after the other, at these times. */
function align(times: number[], polls: SizePoll[]) {
  const clock = new LogClock(polls);
  times.forEach((time, i) => clock.add(i * 10, i * 10 + 10, time));
  return clock.finish();
}

Deno.test("LogClock takes the tightest bounds of all polls", () => {
  // The log's time 0 is 1000 µs.
  deepEqual(
    align([100, 200, 300], [
      // Between the first two lines, right behind the first.
      [1_105_000, 1_110_000, 10],
      [1_190_000, 1_195_000, 10],
      [1_201_000, 1_203_000, 20],
      [1_900_000, 1_900_000, 30],
    ]),
    // Upper: 1203 - 200; lower: 1190 - 200.
    { offset: 1003, uncertainty: 13 },
  );
});

Deno.test("LogClock has no upper bound before the first poll, and no lower bound after the last", () => {
  equal(align([100], []), undefined);
  equal(align([100], [[5e6, 6e6, 0]]), undefined);
  equal(align([], [[5e6, 6e6, 100]]), undefined);
  deepEqual(align([100], [[5e6, 6e6, 10]]), { offset: 5900, uncertainty: Infinity });
  deepEqual(align([100], [[5e6, 6e6, 0], [5e6, 6e6, 10]]), { offset: 5900, uncertainty: 1000 });
});

Deno.test("LogClock takes no bound for a line from a poll that saw it half written", () => {
  deepEqual(align([100, 200], [[5e6, 6e6, 15], [7e6, 8e6, 20]]), {
    offset: 5900,
    uncertainty: Infinity,
  });
});

Deno.test("LogClock takes polls in any order, and drops values that are no numbers", () => {
  const polls: SizePoll[] = [[1_110_000, 1_110_000, 10], [1_050_000, 1_060_000, 0]];
  deepEqual(align([100], polls), align([100], polls.toReversed()));
  deepEqual(
    align([100], [...polls, [NaN, 1, 1], [1, 2] as unknown as SizePoll]),
    align([100], polls),
  );
});
