import { match, ok } from "node:assert/strict";

import { adviceOnDeopt, isFailure } from "../../../lib/report/causes/deopt_reasons.ts";

Deno.test("adviceOnDeopt() has a sentence for each reason", () => {
  match(adviceOnDeopt("wrong map"), /another shape/);
  match(adviceOnDeopt("not a Smi"), /another type/);
  match(adviceOnDeopt("out of bounds"), /index/);
  match(adviceOnDeopt("hole"), /holes/);
  match(adviceOnDeopt("overflow"), /31 bits/);
  match(adviceOnDeopt("Insufficient type feedback for call"), /had not run/);
  match(adviceOnDeopt("wrong call target"), /reassign/);
  ok(adviceOnDeopt("(unknown)").endsWith("."));
  ok(!isFailure("exit from OSR'd inner loop") && isFailure("wrong map"));
});
