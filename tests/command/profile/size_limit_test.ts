import { deepEqual, equal, throws } from "node:assert/strict";

import { parseMaxSize, SizeLimit } from "../../../lib/command/profile/size_limit.ts";
import { Workplace } from "../../support/command_process.ts";

Deno.test("parseMaxSize() takes sizes as perf does", () => {
  deepEqual(["1B", "2K", "500M", "4G", "1g"].map(parseMaxSize), [
    1,
    2048,
    500 << 20,
    4 * 2 ** 30,
    2 ** 30,
  ]);
  for (const text of ["", "5", "0M", "1.5G", "-1M", "4T", "M"]) {
    throws(() => parseMaxSize(text), /^RangeError: Cannot record at most ".*": must be a size/);
  }
});

Deno.test("SizeLimit counts the file and what belongs to it, and says once that it is reached", async () => {
  await using place = new Workplace();
  const path = `${place.path}/data`;
  let more = 0;
  const limit = new SizeLimit(3 << 20, { path, more: () => more });
  equal(limit.isReached(), false);
  place.write("data", "x".repeat(2 << 20));
  equal(limit.isReached(), false);
  deepEqual(limit.notes, []);
  more = 1 << 20;
  equal(limit.isReached(), true);
  more = 0;
  equal(limit.isReached(), true);
  deepEqual(limit.notes, [
    "warning: the recording ended, and the program with it, when it had 3 MiB; --max-size 12M " +
    "records more",
  ]);
});
