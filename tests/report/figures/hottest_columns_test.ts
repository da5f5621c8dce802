import { deepEqual } from "node:assert/strict";

import { functionFrame } from "../../../lib/recording/frame.ts";
import { hottestColumns } from "../../../lib/report/figures/hottest_columns.ts";
import { sharesOf } from "../../../lib/report/figures/shares.ts";

Deno.test("hottestColumns() finds the column with the most self time of each line", () => {
  const at = (line: number, column: number) =>
    functionFrame({ name: "f", file: "/a.js", line: 1 }, { position: { line, column } });
  const native = { name: "memmove", kind: "native", module: "/lib/libc.so.6" } as const;
  const stack = (weight: number, ...frames: ReturnType<typeof at>[]) => ({
    thread: "t",
    frames: [...frames, native],
    weight,
    samples: 1,
    isCut: false,
  });
  const recording = {
    // The first is a caller only.
    stacks: [
      stack(9, at(1, 7), at(2, 5)),
      stack(3, at(1, 40)),
      stack(2, at(1, 8)),
      stack(2, at(1, 8)),
    ],
  };
  const { lines } = sharesOf(recording);
  deepEqual([...hottestColumns(recording, lines)].map(([{ line }, column]) => [line, column]), [
    [2, 5],
    [1, 8],
  ]);
});
