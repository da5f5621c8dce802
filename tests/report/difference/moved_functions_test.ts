import { deepEqual } from "node:assert/strict";

import { withLinesOf } from "../../../lib/report/difference/moved_functions.ts";
import { recordingOf } from "../../support/recordings.ts";

Deno.test("withLinesOf() gives functions the lines of the other recording", () => {
  const before = recordingOf([
    ["deno: libc/main js/js::foo:/a.ts:1 js/js::two:/a.ts:5 js/js::gone:/a.ts:9", 3],
    ["deno: js/js::two:/a.ts:7 js/js::foo:/b.ts:1", 1, { isCut: true }],
  ]);
  const after = recordingOf([
    ["deno: js/js::foo:/a.ts:2 js/js::two:/a.ts:6 js/js::new:/a.ts:10", 1],
  ]);
  const moved = withLinesOf(before, after);
  deepEqual(
    moved.stacks.map(({ frames }) => frames.map(({ name, file, line }) => [name, file, line])),
    [
      [
        ["main", undefined, undefined],
        ["foo", "/a.ts", 2],
        // Two functions of this name are in the file, so it is unknown which has moved.
        ["two", "/a.ts", 5],
        ["gone", "/a.ts", 9],
      ],
      [["two", "/a.ts", 7], ["foo", "/b.ts", 1]],
    ],
  );
  deepEqual(
    moved.stacks.map(({ thread, samples, weight, isCut }) => [thread, samples, weight, isCut]),
    [["deno", 3, 3000, false], ["deno", 1, 1000, true]],
  );
});
