import { deepEqual } from "node:assert/strict";

import { measuredEvent } from "../../lib/recording/measured_event.ts";

Deno.test("measuredEvent() tells time, memory and numbers of events apart", () => {
  deepEqual(measuredEvent("task-clock:u"), {
    event: "task-clock:u",
    unit: "nanoseconds",
    scale: 1,
  });
  deepEqual(measuredEvent("page-faults"), { event: "page-faults", unit: "events", scale: 1 });
  deepEqual(measuredEvent("native-memory-4096:u"), {
    event: "native-memory",
    unit: "bytes",
    scale: 4096,
  });
});
