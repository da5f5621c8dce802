import { deepEqual } from "node:assert/strict";

import { readPerfMapEntries } from "../../../lib/backends/perf_map/perf_map_entries.ts";

Deno.test("readPerfMapEntries() keeps the later of overlapping entries, sorted by address", () => {
  const map = `\
3000 100 old
1000 100 a
no line
2000 100 before
3000 80 new
1080 100 b
2000 100 after
5000 10`;
  deepEqual(readPerfMapEntries(map).map(({ start, end, name }) => [start, end, name]), [
    [0x1000, 0x1080, "a"],
    [0x1080, 0x1180, "b"],
    [0x2000, 0x2100, "after"],
    [0x3000, 0x3080, "new"],
  ]);
});
