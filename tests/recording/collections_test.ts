import { deepEqual } from "node:assert/strict";

import { addedCollections } from "../../lib/recording/collections.ts";

Deno.test("addedCollections() adds up kinds, the longest first, and leaves its arguments alone", () => {
  const one = [{ kind: "Scavenge", count: 2, milliseconds: 3 }];
  const other = [...one, { kind: "MarkSweepCompact", count: 1, milliseconds: 10 }];
  deepEqual(addedCollections([one, undefined, other]), [
    { kind: "MarkSweepCompact", count: 1, milliseconds: 10 },
    { kind: "Scavenge", count: 4, milliseconds: 6 },
  ]);
  deepEqual(one, [{ kind: "Scavenge", count: 2, milliseconds: 3 }]);
});
