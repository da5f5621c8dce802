import { deepEqual } from "node:assert/strict";

import { formatPprof } from "../../../lib/report/formats/pprof.ts";
import { readPprof } from "../../support/pprof_profile.ts";
import { recordingOf } from "../../support/recordings.ts";

Deno.test("formatPprof() has samples and time of every stack", () => {
  const recording = recordingOf([
    ["deno: libc/main js/js::foo:/a.ts:7", 2],
    ["worker: libc/main", 3],
  ]);
  const { sampleTypes, program, samples } = readPprof(formatPprof(recording));
  deepEqual({ sampleTypes, program, samples }, {
    sampleTypes: ["samples/count", "cpu/nanoseconds"],
    program: "/usr/bin/deno",
    samples: [
      {
        frames: ["main", "js::foo:/a.ts:7@/a.ts:7"],
        values: [2, 2000],
        labels: { thread: "deno" },
      },
      { frames: ["main"], values: [3, 3000], labels: { thread: "worker" } },
    ],
  });
});

Deno.test("formatPprof() names an event that is no clock", () => {
  const recording = recordingOf([["t: libc/a", 1]], { event: "cycles:P", unit: "events" });
  deepEqual(readPprof(formatPprof(recording)).sampleTypes, ["samples/count", "cycles:P/count"]);
});
