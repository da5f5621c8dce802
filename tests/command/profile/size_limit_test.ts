import { deepEqual, equal } from "node:assert/strict";

import { SizeLimit } from "../../../lib/command/profile/size_limit.ts";
import { parseMaxSize } from "../../../lib/perf/max_size.ts";
import { Workplace } from "../../support/command_process.ts";

Deno.test("SizeLimit counts the file and what belongs to it, and says once that it is reached", async () => {
  await using place = new Workplace();
  const path = `${place.path}/data`;
  let more = 0;
  const limit = new SizeLimit(3 << 20, { path, more: () => more });
  equal(limit.isReached(), false);
  place.write("data", "x".repeat(2 << 20));
  equal(limit.isReached(), false);
  deepEqual([limit.notes, limit.reached], [[], undefined]);
  more = 1 << 20;
  equal(limit.isReached(), true);
  more = 0;
  equal(limit.isReached(), true);
  deepEqual(limit.notes, [
    "warning: the recording ended, and the program with it, when it had 3 MiB; --max-size 12M " +
    "records more",
  ]);
  deepEqual(limit.reached, { size: "3M", next: "12M" });
});

Deno.test("SizeLimit writes sizes as --max-size has them", () => {
  const reachedOf = (size: string) => {
    const limit = new SizeLimit(parseMaxSize(size), {
      path: "/no/such/file",
      more: () => Infinity,
    });
    equal(limit.isReached(), true);
    return limit.reached;
  };
  for (
    const [size, next] of [["1B", "4B"], ["256B", "1K"], ["1023K", "4092K"], ["1G", "4G"]] as const
  ) {
    deepEqual(reachedOf(size), { size, next });
    equal(parseMaxSize(next), 4 * parseMaxSize(size));
  }
});
