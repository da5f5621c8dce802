import { deepEqual, throws } from "node:assert/strict";

import { parseMaxSize } from "../../lib/perf/max_size.ts";

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
