import { deepEqual, equal } from "node:assert/strict";

import { findBacktracking } from "../../../lib/report/causes/backtracking.ts";

Deno.test("findBacktracking() finds repetitions that match one text in many ways", () => {
  deepEqual(findBacktracking("^(\\w+\\s?)*$"), { part: "\\w+", isExponential: true });
  equal(findBacktracking("(a+)+$")?.isExponential, true);
  equal(findBacktracking("\\s+$")?.isExponential, false);
});

Deno.test("findBacktracking() finds none in linear patterns, and in none that it cannot read", () => {
  for (const pattern of ["^\\d{4}-\\d\\d$", "abc", "^[^,]*,", "(", "[\\p{L}&&[a-z]]", "(?:x"]) {
    equal(findBacktracking(pattern), undefined, pattern);
  }
  equal(findBacktracking("(a+)+$".padStart(3000, "x")), undefined);
});

Deno.test("findBacktracking() reads patterns that need a flag", () => {
  equal(findBacktracking("^(\\p{L}+)+\\u{61}$")?.isExponential, true);
});
