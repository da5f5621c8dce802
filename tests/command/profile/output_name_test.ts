import { equal } from "node:assert/strict";

import { outputName } from "../../../lib/command/profile/output_name.ts";

Deno.test("outputName() fills in the time and the process", () => {
  const values = { time: new Date(2026, 10, 3, 4, 5, 6).getTime(), pid: 4711 };
  equal(outputName("perf-%t-%p.data", values), "perf-20261103-040506-4711.data");
  equal(outputName("/a/%p/%p", values), "/a/4711/4711");
  equal(outputName("100%%t-%x%", values), "100%t-%x%");
  equal(outputName("perf.data", values), "perf.data");
});
