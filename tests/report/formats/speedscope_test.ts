import { deepEqual } from "node:assert/strict";

import { formatSpeedscope } from "../../../lib/report/formats/speedscope.ts";
import { recordingOf, textOf } from "../../support/recordings.ts";

Deno.test("formatSpeedscope() makes one sampled profile, threads outermost", () => {
  const recording = recordingOf([
    ["deno: libc/main js/js::foo:/a.ts:1", 2],
    ["worker: libc/main deno/", 1],
  ]);
  deepEqual(JSON.parse(textOf(formatSpeedscope(recording, "app.ts"))), {
    $schema: "https://www.speedscope.app/file-format-schema.json",
    exporter: "@x/perf",
    name: "app.ts",
    activeProfileIndex: 0,
    shared: {
      frames: [
        { name: "deno" },
        { name: "main", file: "/usr/lib/libc.so.6" },
        { name: "foo", file: "/a.ts", line: 1 },
        { name: "worker" },
        { name: "[deno]", file: "/usr/bin/deno" },
      ],
    },
    profiles: [{
      type: "sampled",
      name: "app.ts",
      unit: "nanoseconds",
      startValue: 0,
      endValue: 3000,
      samples: [[0, 1, 2], [3, 1, 4]],
      weights: [2000, 1000],
    }],
  });
});

Deno.test("formatSpeedscope() counts events without a unit", () => {
  const recording = recordingOf([["t: libc/a", 1]], { event: "cycles", unit: "events" });
  deepEqual(JSON.parse(textOf(formatSpeedscope(recording, "a"))).profiles[0].unit, "none");
});
