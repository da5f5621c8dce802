import { deepEqual, equal } from "node:assert/strict";

import { codeFrame, type Frame } from "../../../lib/recording/frame.ts";
import { ReachedByCalls } from "../../../lib/recording/skipped/reached_by_calls.ts";
import { at } from "../../support/caused.ts";

const CALL = at("main 3:3");
const LOAD = codeFrame("builtin", "LoadIC_Megamorphic");

/** The names of the functions that are missing between the call and a builtin. */
function missing(stacks: readonly [frames: Frame[], weight: number][], call = CALL) {
  const reached = new ReachedByCalls(
    [call],
    stacks.map(([frames, weight]) => ({ frames, weight })),
  );
  return reached.missingBetween(call, LOAD)?.map(({ name }) => name);
}

Deno.test("ReachedByCalls knows the one function that nearly all samples have below a call", () => {
  const [one, other] = [at("one 5:5"), at("other 7:7")];
  deepEqual(missing([[[CALL, one], 95], [[CALL, other], 5]]), ["one"]);
  deepEqual(missing([[[CALL, one], 80], [[CALL, other], 20]]), undefined);
  // What one() calls seems to be below the call too, in its first instructions.
  deepEqual(missing([[[CALL, one], 80], [[CALL, one, other], 1], [[CALL, other], 20]]), ["one"]);
  // Builtins with frames count, too.
  const sort = codeFrame("builtin", "ArrayPrototypeSort");
  deepEqual(missing([[[CALL, one], 80], [[CALL, sort, other], 20]]), undefined);
});

Deno.test("ReachedByCalls does not take a frame without a place for one call", () => {
  const interpreted: Frame = { ...at("main 3:3", { tier: "interpreted" }), position: undefined };
  equal(missing([[[interpreted, at("one 5:5")], 100]], interpreted), undefined);
  const resume = codeFrame("builtin", "ResumeGeneratorTrampoline");
  equal(missing([[[resume, at("one 5:5")], 100]], resume), undefined);
});
