import { equal } from "node:assert/strict";

import { isRotatedOf, recordingOfRotated } from "../../lib/v8_log/rotated_name.ts";

Deno.test("recordingOfRotated() takes perf's ending away", () => {
  equal(recordingOfRotated("/a/perf.data.2026113014441385"), "/a/perf.data");
  for (const other of ["/a/perf.data", "perf.data.20261130", "perf.data.2026113014441385.v8"]) {
    equal(recordingOfRotated(other), undefined, other);
  }
});

Deno.test("isRotatedOf() knows the files of one recording", () => {
  equal(isRotatedOf("perf.data.2026113014441385", "perf.data"), true);
  equal(isRotatedOf("other.data.2026113014441385", "perf.data"), false);
  equal(isRotatedOf("perf.data", "perf.data"), false);
});
