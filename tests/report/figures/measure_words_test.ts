import { equal, notEqual } from "node:assert/strict";

import { measureWords } from "../../../lib/report/figures/measure_words.ts";

Deno.test("measureWords() speaks of time only where time was measured", () => {
  equal(measureWords({ unit: "nanoseconds", event: "cpu-clock" }).noun, "time");
  equal(measureWords({ unit: "events", event: "branches" }).noun, "events");
  for (const event of ["alloc", "live", "another"]) {
    for (const text of Object.values(measureWords({ unit: "bytes", event }))) {
      equal(/\btime\b/.test(text), false, text);
    }
  }
  const [alloc, live] = ["alloc", "live"].map((event) => measureWords({ unit: "bytes", event }));
  notEqual(alloc!.functions, live!.functions);
});
