import { deepEqual } from "node:assert/strict";

import { groupedBy } from "../../lib/base/grouped_by.ts";

Deno.test("groupedBy() keeps the order of groups and of their items", () => {
  const groups = groupedBy(["bee", "ant", "bat"], (word) => word[0]);
  deepEqual([...groups], [["b", ["bee", "bat"]], ["a", ["ant"]]]);
});
