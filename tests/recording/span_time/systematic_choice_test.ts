import { equal, ok } from "node:assert/strict";

import { SystematicChoice } from "../../../lib/recording/span_time/systematic_choice.ts";

Deno.test("SystematicChoice chooses each item as often as its share says", () => {
  const choice = new SystematicChoice([["a", 6], ["none", 0], ["b", 3], ["c", 1]]);
  equal(choice.total, 10);
  const counts = new Map<string | undefined, number>();
  for (let i = 0; i < 1000; i++) {
    const item = choice.next();
    counts.set(item, (counts.get(item) ?? 0) + 1);
  }
  for (const [item, wanted] of [["a", 600], ["b", 300], ["c", 100]] as const) {
    ok(Math.abs(counts.get(item)! - wanted) < 10, `${item} ${counts.get(item)}`);
  }
  equal(counts.size, 3);
});

Deno.test("SystematicChoice has nothing to choose where nothing weighs", () => {
  equal(new SystematicChoice([["a", 0]]).next(), undefined);
});
