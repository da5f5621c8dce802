import { equal, throws } from "node:assert/strict";

import { parseInterval } from "../../../lib/command/profile/memory_interval.ts";

Deno.test("parseInterval() reads sizes", () => {
  equal(parseInterval("16"), 16);
  equal(parseInterval("64k"), 65_536);
  equal(parseInterval("1G"), 2 ** 30);
});

Deno.test("parseInterval() refuses what V8 cannot take", () => {
  for (const text of ["0", "15B", "2G", "x", "1.5K", "-1", ""]) {
    throws(() => parseInterval(text), /must be a size from 16B to 1G/, text);
  }
});
