import { deepEqual } from "node:assert/strict";

import { findTargets, targetName } from "../../../lib/report/text/annotation_target.ts";
import { programRecording } from "../../support/program_recording.ts";

const RECORDING = programRecording([
  { stack: "<module>:/src/app.ts View.render:/src/view.ts:3", times: 3 },
  { stack: "<module>:/src/app.ts render:/src/page.ts:9", times: 2 },
  { stack: "<module>:/src/app.ts View.draw:/src/view.ts:8 helper:/lib/view.ts:1", times: 1 },
]);

function namesOf(wanted: string, paths: string[] = []): string[] {
  return findTargets(RECORDING, wanted, paths).map(targetName);
}

Deno.test("findTargets() takes a function by its name, or by the last part of it", () => {
  deepEqual(namesOf("View.render"), ["View.render:/src/view.ts:3"]);
  deepEqual(namesOf("draw"), ["View.draw:/src/view.ts:8"]);
  // A whole name counts before a part of another.
  deepEqual(namesOf("render"), ["render:/src/page.ts:9"]);
  deepEqual(namesOf("nothing"), []);
});

Deno.test("findTargets() takes a function by name and place", () => {
  deepEqual(namesOf("js::helper:/lib/view.ts:1"), ["helper:/lib/view.ts:1"]);
  deepEqual(namesOf("helper:/lib/view.ts:1"), ["helper:/lib/view.ts:1"]);
  deepEqual(namesOf("View.draw:view.ts"), ["View.draw:/src/view.ts:8"]);
  deepEqual(namesOf("View.draw:src/view.ts:8"), ["View.draw:/src/view.ts:8"]);
  deepEqual(namesOf("View.draw:8"), ["View.draw:/src/view.ts:8"]);
  deepEqual(namesOf("View.draw:9"), []);
});

Deno.test("findTargets() takes a file by its path or the end of it, and all that are meant", () => {
  deepEqual(namesOf("/src/page.ts"), ["/src/page.ts"]);
  deepEqual(namesOf("page.ts"), ["/src/page.ts"]);
  deepEqual(namesOf("./src/view.ts"), ["/src/view.ts"]);
  deepEqual(namesOf("view.ts"), ["/src/view.ts", "/lib/view.ts"]);
  deepEqual(namesOf("view.ts", ["/lib/view.ts"]), ["/lib/view.ts"]);
  deepEqual(namesOf("iew.ts"), []);
});
