import { deepEqual, equal } from "node:assert/strict";

import { WeightText } from "../../../lib/report/formats/weight_text.ts";

Deno.test("WeightText writes shares, milliseconds and events", () => {
  const time = new WeightText({ unit: "nanoseconds", event: "cpu-clock" }, 8e6);
  deepEqual([time.name, time.share(1e6)], ["CPU time", "12.5 % (1.0 ms)"]);
  const events = new WeightText({ unit: "events", event: "cycles" }, 8);
  deepEqual([events.name, events.share(8)], ["cycles", "100.0 % (8)"]);
  equal(new WeightText({ unit: "events", event: "cycles" }, 0).percent(0), "0.0 %");
});
