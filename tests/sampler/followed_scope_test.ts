import { deepEqual, throws } from "node:assert/strict";

import { followMeasure, parseScope } from "../../lib/sampler/followed_scope.ts";

Deno.test("parseScope() takes all, active and a measure's name", () => {
  deepEqual(["all", "active", "measure:a b:c"].map((value) => parseScope(value, "--scope")), [
    { kind: "all" },
    { kind: "active" },
    { kind: "measure", name: "a b:c" },
  ]);
  for (const value of ["", "Active", "measure", "measure:"]) {
    throws(() => parseScope(value, "--scope"), {
      name: "RangeError",
      message: `Cannot use scope "${value}" of --scope: must be all, active or measure:NAME`,
    });
  }
});

Deno.test("followMeasure() records from a mark to its measure, and measures as before", () => {
  const { mark, measure } = Performance.prototype;
  const switched: boolean[] = [];
  try {
    followMeasure("part", (on) => switched.push(on));
    performance.mark("other");
    performance.measure("other", "other");
    deepEqual(switched, []);
    performance.mark("part");
    deepEqual(switched.splice(0), [true]);
    performance.measure("part", "part");
    deepEqual(switched.splice(0), [false]);
    performance.mark("part-start");
    performance.mark("part-end");
    deepEqual(switched.splice(0), [true, false]);
    deepEqual(performance.getEntriesByName("part").map(({ entryType }) => entryType).sort(), [
      "mark",
      "measure",
    ]);
    throws(() => performance.measure("missing", "no such mark"));
  } finally {
    Object.assign(Performance.prototype, { mark, measure });
    performance.clearMarks();
    performance.clearMeasures();
  }
});
