import { deepEqual, equal } from "node:assert/strict";

import type { Recording } from "../../../lib/recording/recording.ts";
import { withoutPlace } from "../../../lib/recording/skipped/innermost_call.ts";
import { withPlacedAccesses } from "../../../lib/recording/skipped/placed_accesses.ts";
import { at, inlined, LOAD, recorded, SOURCE } from "../../support/caused.ts";

const MAIN = at("main 2:3");
const widths = withoutPlace(at("widths 5:18"));

const shown = ({ stacks }: Recording) =>
  stacks.map(({ frames }) => frames.map(({ name, position }) => `${name}:${position?.line}`));

Deno.test("withPlacedAccesses() gives an added function the place of its one access", () => {
  const recording = recorded([
    [[MAIN, at("widths 5:18")], 1],
    [[MAIN, withoutPlace(at("outer 9:1")), LOAD], 1],
    [[MAIN, at("outer 9:1"), at("widths 5:18", inlined)], 1],
    [[MAIN, widths, LOAD], 1],
  ]);
  deepEqual(shown(withPlacedAccesses(recording)).filter((frames) => frames.length > 2).slice(-3), [
    ["main:2", "outer:9", "widths:5", "LoadIC_Megamorphic:undefined"],
    ["main:2", "outer:9", "widths:5"],
    ["main:2", "widths:5", "LoadIC_Megamorphic:undefined"],
  ]);
});

Deno.test("withPlacedAccesses() leaves a function without a place where it has several accesses", () => {
  const sources = new Map([["/app/a.ts", `${SOURCE}${"\n".repeat(20)}x.y\n`]]);
  const recording = recorded([
    [[MAIN, at("widths 5:18")], 1],
    [[MAIN, at("widths 27:3")], 1],
    [[MAIN, widths, LOAD], 1],
  ], { sources });
  equal(withPlacedAccesses(recording), recording);
});
