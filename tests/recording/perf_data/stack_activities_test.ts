import { deepEqual, equal } from "node:assert/strict";

import { codeFrame, frameAt } from "../../../lib/recording/frame.ts";
import type { Locations } from "../../../lib/recording/perf_data/locations.ts";
import { LocatedStack } from "../../../lib/recording/perf_data/sample_pass.ts";
import { StackActivities } from "../../../lib/recording/perf_data/stack_activities.ts";

/** Locations whose code the resolver knows. */
const FUNCTION = 101;
const COMPILE = 102;
const EXIT = 103;
const SET_PROPERTY = 104;
/** A location of the kernel, or of a library. */
const OTHER = 200;

const KNOWN = new Map([
  [FUNCTION, frameAt({ symbol: "js::f:/a.ts:1", module: "" })],
  [COMPILE, codeFrame("builtin", "CompileLazy")],
  [EXIT, codeFrame("builtin", "CEntry_Return1")],
  [SET_PROPERTY, codeFrame("handler", "SetNamedProperty")],
]);

/** Numbers below 100 are the runtime's own text. */
const LOCATIONS = {
  isRuntimeText: (location: number) => location < 100,
  resolved(location: number) {
    const frame = KNOWN.get(location);
    return frame && { frames: [frame], yieldsToMap: false };
  },
} as Locations;

/** A stack, from the outermost in. */
function stackOf(...locations: number[]): LocatedStack {
  const stack = new LocatedStack();
  stack.locations.set(locations);
  stack.length = locations.length;
  return stack;
}

Deno.test("activityOf() is that of the builtin or handler by which C++ code was entered", () => {
  const activities = new StackActivities(LOCATIONS);
  equal(activities.activityOf(stackOf(FUNCTION, COMPILE, EXIT, 1, 2)), "compile");
  equal(activities.start, 2);
  equal(activities.activityOf(stackOf(FUNCTION, SET_PROPERTY, 1, OTHER)), "inline cache");
  // An entry further out says nothing.
  equal(activities.activityOf(stackOf(COMPILE, FUNCTION, 1)), undefined);
  equal(activities.start, 2);
});

Deno.test("activityOf() is undefined where no C++ code of the runtime's runs", () => {
  const activities = new StackActivities(LOCATIONS);
  equal(activities.activityOf(stackOf()), undefined);
  equal(activities.activityOf(stackOf(FUNCTION, COMPILE, EXIT)), undefined);
  equal(activities.activityOf(stackOf(1, FUNCTION, OTHER)), undefined);
  equal(activities.activityOf(stackOf(1, 2)), undefined);
  equal(activities.start, 0);
});

Deno.test("learn() teaches what addresses are busy with where no builtin tells", () => {
  const activities = new StackActivities(LOCATIONS);
  const untold = stackOf(FUNCTION, EXIT, 1, 2);
  for (let i = 0; i < 3; i++) {
    equal(activities.activityOf(untold), undefined);
    activities.learn(stackOf(FUNCTION, COMPILE, EXIT, 2));
  }
  equal(activities.activityOf(untold), "compile");
  equal(activities.activityOf(stackOf(FUNCTION, 1)), undefined);
});

Deno.test("name() defines the activity of a location in the runtime's text, and of no other", () => {
  const activities = new StackActivities(LOCATIONS);
  activities.name(1, "v8::internal::Heap::CollectGarbage(v8::internal::AllocationSpace)");
  activities.name(OTHER, "v8::internal::Heap::CollectGarbage(v8::internal::AllocationSpace)");
  activities.name(2, "uv_run");
  // A collection inside of another activity is no part of it.
  equal(activities.activityOf(stackOf(FUNCTION, COMPILE, 2, 1)), "garbage collection");
  equal(activities.activityOf(stackOf(FUNCTION, 2, OTHER)), undefined);
});

Deno.test("isPartOfActivity() is true of C++ code and exits that a stack was asked for", () => {
  const activities = new StackActivities(LOCATIONS);
  const far = 50_000;
  activities.activityOf(stackOf(far, FUNCTION, COMPILE, EXIT, OTHER, 1));
  activities.activityOf(stackOf(far));
  deepEqual(
    [1, EXIT, COMPILE, OTHER, 3, far].map((location) => activities.isPartOfActivity(location)),
    [true, true, false, false, false, false],
  );
});
