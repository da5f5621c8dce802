import { equal, notEqual } from "node:assert/strict";

import type { Frame } from "../../lib/recording/frame.ts";
import { FrameTable } from "../../lib/recording/frame_table.ts";

const FRAME: Frame = { name: "f", kind: "typescript", file: "/a.ts", line: 1, module: "" };

Deno.test("FrameTable makes one object of equal frames", () => {
  const table = new FrameTable();
  const frame = table.same({ ...FRAME, position: { line: 2, column: 3 }, tier: "maglev" });
  equal(table.same({ ...frame, position: { line: 2, column: 3 } }), frame);
  equal(table.same({ ...frame, isOsr: false, isInlined: false }), frame);
});

Deno.test("FrameTable keeps frames of one function apart by position, compiler and inlining", () => {
  const table = new FrameTable();
  const others: Partial<Frame>[] = [
    { position: { line: 2, column: 3 } },
    { position: { line: 2, column: 4 } },
    { tier: "interpreted" },
    { tier: "turbofan" },
    { tier: "turbofan", isOsr: true },
    { isInlined: true },
  ];
  const frames = [{}, ...others].map((part) => table.same({ ...FRAME, ...part }));
  equal(new Set(frames).size, frames.length);
  notEqual(frames[0], frames[1]);
});
