import { deepEqual, equal, match } from "node:assert/strict";

import { causesOf } from "../../../lib/report/causes/causes.ts";
import { activityFrame, codeFrame } from "../../../lib/recording/frame.ts";
import { at, LOAD, recorded, shownBy } from "../../support/caused.ts";

Deno.test("causesOf() leaves out what is small, and what has few samples", async () => {
  const [main, widths] = [at("main 2:3"), at("widths 5:18")];
  deepEqual(await shownBy(recorded([[[main, widths, LOAD], 11], [[main], 989]])), []);
  deepEqual(await shownBy(recorded([[[main, widths, LOAD], 9], [[main], 1]])), []);
});

Deno.test("causesOf() shows collections and evaluated code at their lines", async () => {
  const main = at("<module> 2:3".replace("<module>", "main"));
  const recording = recorded([
    [[main, activityFrame("garbage collection")], 30],
    [[at("work 3:3"), codeFrame("builtin", "GlobalEval"), activityFrame("compile")], 20],
    [[main], 50],
  ]);
  deepEqual(await shownBy(recording), [
    "garbage collection main 2 30000 0.30",
    "compilation work 3 20000 0.20",
  ]);
});

Deno.test("causesOf() analyses only expressions that take time", async () => {
  const expression = codeFrame("regexp", "RegExp: (a+)+$");
  let loaded = 0;
  const loadAnalysis = () => {
    loaded++;
    return Promise.resolve((pattern: string) => {
      equal(pattern, "(a+)+$");
      return { part: "a+", isExponential: true };
    });
  };
  const main = at("main 2:3");
  const slow = recorded([[[main, expression], 50], [[main], 50]]);
  const { causes: [cause] } = await causesOf(slow, { loadAnalysis });
  match(cause!.fact, /^the regular expression \/\(a\+\)\+\$\/ backtracks: a\+ .* doubles/);
  deepEqual([cause!.line, cause!.share, loaded], [2, 0.5, 1]);
  await causesOf(recorded([[[main, expression], 1], [[main], 99]]), { loadAnalysis });
  equal(loaded, 1);
});
