import { deepEqual, equal, match } from "node:assert/strict";

import { causesOf } from "../../../lib/report/causes/causes.ts";
import type { Frame } from "../../../lib/recording/frame.ts";
import { at, inlined, LOAD, recorded, shownBy, SOURCE } from "../../support/caused.ts";

Deno.test("megamorphicAccesses() puts a megamorphic builtin at the access that calls it", async () => {
  const main = at("main 2:3");
  deepEqual(await shownBy(recorded([[[main, at("widths 5:18"), LOAD], 50], [[main], 50]])), [
    "megamorphic access widths 5 50000 0.50",
  ]);
});

Deno.test("megamorphicAccesses() finds the caller of a builtin that makes no stack frame", async () => {
  // In the lost stacks, run() calls the builtin at a place where it calls widths() otherwise.
  const run = at("run 2:3");
  const lost: [Frame[], number] = [[run, LOAD], 60];
  deepEqual(
    await shownBy(recorded([lost, [[run, at("widths 5:18")], 20], [[run, at("widths 5:3")], 20]])),
    ["megamorphic access widths 5 60000 0.60"],
  );
  // Where the place has called two functions, neither is named.
  deepEqual(
    await shownBy(recorded([lost, [[run, at("widths 5:18")], 20], [[run, at("other 9:1")], 20]])),
    [],
  );
});

Deno.test("megamorphicAccesses() names the other accesses where samples leave several open", async () => {
  const [run, piece] = [at("run 2:3"), at("outer 9:1")];
  const source = SOURCE + "\n".repeat(20) + "x.y\n";
  const recording = recorded([
    [[run, LOAD], 60],
    [[run, piece, at("widths 5:18", inlined)], 30],
    [[run, piece, at("deep 27:3", inlined)], 10],
  ], { sources: new Map([["/app/a.ts", source]]) });
  const { causes: [cause] } = await causesOf(recording);
  equal(cause?.line, 5);
  match(cause.fact, /, here or on line 27$/);
});
