import { deepEqual } from "node:assert/strict";

import { OrderedItems } from "../../../lib/recording/built_in/ordered_items.ts";

Deno.test("OrderedItems finds the last item up to a number, or none", () => {
  const items = new OrderedItems(["a", "ccc", "eeeee"], ({ length }) => length);
  deepEqual([0, 1, 2, 3, 9].map((limit) => items.lastUpTo(limit)), [
    undefined,
    "a",
    "a",
    "ccc",
    "eeeee",
  ]);
  deepEqual(new OrderedItems<string>([], () => 0).lastUpTo(1), undefined);
});
