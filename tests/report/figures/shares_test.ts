import { deepEqual, equal } from "node:assert/strict";

import { type Frame, functionFrame } from "../../../lib/recording/frame.ts";
import { sharesOf } from "../../../lib/report/figures/shares.ts";

const at = (name: string, line: number, position: number): Frame =>
  functionFrame({ name, file: "/a.ts", line }, { position: { line: position, column: 1 } });
const main = at("main", 1, 2);
const one = at("f", 5, 6);
const two = at("f", 5, 7);
const native: Frame = { name: "memmove", kind: "native", module: "/lib/libc.so.6" };

const stack = (frames: Frame[], weight: number) => ({
  thread: "t",
  frames,
  weight,
  samples: 1,
  isCut: false,
});

Deno.test("sharesOf() counts code without a source for the function and the line that called it", () => {
  const { total, app, functions, lines } = sharesOf({
    stacks: [
      stack([native, main, one, native], 5),
      stack([native, main, two], 3),
      stack([native, main], 1),
      stack([native], 2),
    ],
  });
  deepEqual([total, app], [11, 9]);
  deepEqual(functions.map(({ name, self, total }) => [name, self, total]), [
    ["f", 8, 8],
    ["main", 1, 9],
  ]);
  deepEqual(lines.map(({ line, self, total }) => [line, self, total]), [
    [6, 5, 5],
    [7, 3, 3],
    [2, 1, 9],
  ]);
});

Deno.test("sharesOf() counts recursion once, and lines of several functions by function", () => {
  const other = at("g", 6, 6);
  const { functions, lines } = sharesOf({
    stacks: [stack([one, one, one], 4), stack([main, other], 2)],
  });
  deepEqual(functions.map(({ name, self, total }) => [name, self, total]), [
    ["f", 4, 4],
    ["g", 2, 2],
    ["main", 0, 2],
  ]);
  deepEqual([...lines[0]!.functions], [["f", 4], ["g", 2]]);
  equal(lines[0]!.self, 6);
});

Deno.test("sharesOf() counts functions of the runtime where it is told to", () => {
  const runtime = functionFrame({ name: "read", file: "node:fs", line: 3 });
  const recording = { stacks: [stack([main, runtime], 2)] };
  equal(sharesOf(recording).functions[0]!.name, "main");
  equal(sharesOf(recording, { counts: () => true }).functions[0]!.name, "read");
});
