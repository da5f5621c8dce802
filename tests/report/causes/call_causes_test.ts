import { deepEqual, equal } from "node:assert/strict";

import { codeFrame, type Frame } from "../../../lib/recording/frame.ts";
import { causesOf } from "../../../lib/report/causes/causes.ts";
import { at, recorded, shownBy } from "../../support/caused.ts";

const CALL = codeFrame("builtin", "CallFunction_ReceiverIsNotNullOrUndefined");
const [RUN, CALLER] = [at("run 2:3"), at("all 9:7")];

Deno.test("callCauses() names the call that reaches several functions", async () => {
  // The builtin makes no frame, so its stack ends with run(), which calls all() at that place.
  const recording = recorded([
    [[RUN, CALL], 30],
    [[RUN, CALLER, at("first 20:1")], 35],
    [[RUN, CALLER, at("second 21:1")], 35],
  ]);
  deepEqual(await shownBy(recording), ["megamorphic call all 9 30000 0.30"]);
  const { causes: [cause] } = await causesOf(recording);
  equal(
    cause!.fact,
    "this call reaches 2 functions or more (megamorphic), so V8 inlines none of them",
  );
});

Deno.test("callCauses() names no call that reaches one function, or one of several calls", async () => {
  const one = at("first 20:1");
  deepEqual(await shownBy(recorded([[[RUN, CALL], 30], [[RUN, CALLER, one], 70]])), []);
  // A function that first() calls seems to be called by all(), while it has no frame yet.
  const inner: [Frame[], number] = [[RUN, CALLER, at("inner 30:1")], 10];
  deepEqual(await shownBy(recorded([[[RUN, CALL], 30], [[RUN, CALLER, one], 60], inner])), []);
  const other = at("all 10:7");
  deepEqual(
    await shownBy(recorded([
      [[RUN, CALL], 30],
      ...[CALLER, other].flatMap((caller): [Frame[], number][] => [
        [[RUN, caller, one], 10],
        [[RUN, caller, at("second 21:1")], 10],
      ]),
    ])),
    [],
  );
});

Deno.test("callCauses() names no call of slower code, which always goes through a builtin", async () => {
  const slow = at("all 9:7", { tier: "sparkplug" });
  deepEqual(
    await shownBy(recorded([
      [[RUN, CALL], 30],
      [[RUN, slow, at("first 20:1")], 35],
      [[RUN, slow, at("second 21:1")], 35],
    ])),
    [],
  );
  // ArrayMap calls whatever function it is given.
  const map = codeFrame("builtin", "ArrayMap");
  deepEqual(
    await shownBy(recorded([
      [[map, CALL], 30],
      [[map, CALLER, at("first 20:1")], 35],
      [[map, CALLER, at("second 21:1")], 35],
    ])),
    [],
  );
});
