import { equal } from "node:assert/strict";

import { Neighbours } from "../../../lib/recording/skipped/neighbours.ts";
import { type MadeSample, timedRecording } from "../../support/timed_recording.ts";

/** The name of the function that the outermost frame of the sample at 10 ms called around then. */
function called(others: readonly MadeSample[]): string | undefined {
  const { samples, stacks } = timedRecording([
    { stack: "builtin/Resume builtin/LoadIC", time: 10 },
    ...others,
  ]);
  return new Neighbours(samples, stacks).calledBy(samples.time.indexOf(10e6))?.name;
}

const ONE = "builtin/Resume one@/a.ts:1:2";
const OTHER = "builtin/Resume other@/a.ts:5:6 inner@/a.ts:8:9";

Deno.test("Neighbours.calledBy() is the function of the nearest sample", () => {
  equal(called([{ stack: ONE, time: 7 }, { stack: OTHER, time: 12 }]), "other");
  equal(called([{ stack: ONE, time: 9 }, { stack: OTHER, time: 12 }]), "one");
  equal(
    called([{ stack: "builtin/Resume builtin/LoadIC", time: 9 }, { stack: ONE, time: 8 }]),
    "one",
  );
});

Deno.test("Neighbours.calledBy() asks no other thread, no other outer frames, none from afar", () => {
  equal(called([{ stack: ONE, time: 9, tid: 2 }]), undefined);
  equal(called([{ stack: "builtin/Next one@/a.ts:1:2", time: 9 }]), undefined);
  equal(called([{ stack: "builtin/Resume memmove", time: 9 }]), undefined);
  const between = Array.from({ length: 8 }, (_, i) => ({ stack: "start", time: 11 + i }));
  equal(called([...between, { stack: ONE, time: 20 }]), undefined);
  equal(called([...between.slice(1), { stack: ONE, time: 20 }]), "one");
});
