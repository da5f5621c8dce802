import { equal } from "node:assert/strict";

import { formatFolded, formatFoldedDifference } from "../../../lib/report/formats/folded.ts";
import { recordingOf, textOf } from "../../support/recordings.ts";

Deno.test("formatFolded() has a stack a line, with its weight", () => {
  const recording = recordingOf([
    ["deno: libc/main js/js::foo:/a.ts:1", 2],
    ["deno: libc/main", 1],
    ["deno: libc/main", 1, { isCut: true }],
  ]);
  equal(textOf(formatFolded(recording)), "deno;main 2000\ndeno;main;js::foo:/a.ts:1 2000\n");
});

Deno.test("formatFolded() replaces its separators in names", () => {
  const recording = recordingOf([]);
  const frame = { name: "operator;\n()", kind: "native", module: "" } as const;
  const stack = { thread: "a;b", frames: [frame], samples: 1, weight: 7, isCut: false };
  equal(textOf(formatFolded({ ...recording, stacks: [stack] })), "a:b;operator: () 7\n");
});

Deno.test("formatFoldedDifference() has both weights, and 0 for a missing stack", () => {
  equal(
    textOf(formatFoldedDifference(
      recordingOf([["t: libc/a", 1], ["t: libc/b", 2]]),
      recordingOf([["t: libc/b", 3], ["t: libc/c", 4]]),
    )),
    "t;a 1000 0\nt;b 2000 3000\nt;c 0 4000\n",
  );
});

Deno.test("formatFolded() ends no stack in two numbers, which others take for a difference", () => {
  for (const [name, shown] of [["phase 2", "phase_2"], ["v 1.5", "v_1.5"], ["x 2 y", "x 2 y"]]) {
    const frame = { name: name!, kind: "native", module: "" } as const;
    const stack = { thread: "t", frames: [frame], samples: 1, weight: 7, isCut: false };
    equal(textOf(formatFolded({ ...recordingOf([]), stacks: [stack] })), `t;${shown} 7\n`);
  }
});
