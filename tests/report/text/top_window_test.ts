import { deepEqual, equal } from "node:assert/strict";

import { inOrder, TopWindow } from "../../../lib/report/text/top_window.ts";
import { programRecording, type SampleText } from "../../support/program_recording.ts";

function windowOf(most: number, ...slices: (SampleText[] | undefined)[]): TopWindow {
  const window = new TopWindow(most);
  for (const slice of slices) window.add(slice && programRecording(slice));
  return window;
}

function namesOf(counts: ReturnType<TopWindow["recent"]>, order: "self" | "total" = "self") {
  return inOrder(counts.functions, order).map(({ name, self, total }) =>
    `${name} ${self / 1e6} ${total / 1e6}`
  );
}

Deno.test("TopWindow has the last recordings, and the sum of all", () => {
  const window = windowOf(
    2,
    [{ stack: "m:/a.ts:1 old:/a.ts:2", times: 5 }],
    [{ stack: "m:/a.ts:1 f:/a.ts:3", times: 2 }],
    [{ stack: "m:/a.ts:1 f:/a.ts:3", times: 1 }, { stack: "native/main", times: 3 }],
  );
  deepEqual(namesOf(window.recent()), ["f 3 3"]);
  deepEqual(namesOf(window.recent(), "total"), ["f 3 3", "m 0 3"]);
  equal(window.recent().total, 6e6);
  equal(window.recent().program, 3e6);
  deepEqual(namesOf(window.all()), ["old 5 5", "f 3 3"]);
  equal(window.all().total, 11e6);
});

Deno.test("TopWindow counts a time without samples", () => {
  const window = windowOf(1, [{ stack: "f:/a.ts:3" }], undefined);
  deepEqual(namesOf(window.recent()), []);
  equal(window.all().program, 1e6);
});

Deno.test("TopWindow decides on packages for all of the window", () => {
  const lib = "/c/npm/registry.npmjs.org/lib/1.2.3/x.js";
  const window = windowOf(
    2,
    [{ stack: `own:/a.ts:1 f:${lib}:1`, times: 3 }],
    [{ stack: "own:/a.ts:1", times: 9 }],
  );
  deepEqual(namesOf(window.recent()), ["own 9 12", "lib@1.2.3 3 3"]);
});

Deno.test("TopWindow has all code by its innermost frames, recursion once", () => {
  const stack = "m:/a.ts:1@2,1 native/memmove";
  const window = windowOf(
    2,
    [{ stack, times: 3 }, { stack: "m:/a.ts:1@3,1 m:/a.ts:1@2,1" }],
    [{ stack, times: 1 }, { stack: "kernel/do_idle", times: 2 }],
  );
  deepEqual(
    inOrder(window.recent().code, "self").map((
      { name, file, self, total },
    ) => [name, file, self / 1e6, total / 1e6]),
    [
      ["memmove", "/lib/libc.so.6", 4, 4],
      ["do_idle", "[kernel.kallsyms]", 2, 2],
      ["m", "/a.ts", 1, 5],
    ],
  );
});
