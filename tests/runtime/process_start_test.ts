import { equal } from "node:assert/strict";

import { parseProcessStart } from "../../lib/runtime/process_start.ts";

const fields = (name: string) =>
  `17 (${name}) S 1 17 17 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 9 0 1234 ${"0 ".repeat(30)}`;

Deno.test("parseProcessStart() counts back from now", () => {
  for (const name of ["deno", "a b", "a) S 1 (b", "((", ")"]) {
    equal(
      parseProcessStart(fields(name), "20.50 3.00\n", 1_000_000),
      1_000_000 - 20_500 + 12_340 - 30,
    );
  }
});

Deno.test("parseProcessStart() is undefined for other texts", () => {
  for (const stat of ["", "17 (deno", "17 (deno) S 1 2", fields("deno").replace("1234", "-1")]) {
    equal(parseProcessStart(stat, "20.50 3.00", 0), undefined);
  }
  for (const uptime of ["", "x 1", "-1 1", "1"]) {
    equal(parseProcessStart(fields("deno"), uptime, 0), undefined);
  }
});
