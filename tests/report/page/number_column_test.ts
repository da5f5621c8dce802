import { deepEqual, equal } from "node:assert/strict";

import { unpack, unpackWeights } from "../../../bundles/page/model.ts";
import { numberColumn } from "../../../lib/report/page/number_column.ts";

Deno.test("numberColumn() takes the narrowest type, and the page reads the numbers again", () => {
  const columns = { u8: [0, 255], u16: [256, 7], u32: [65537, 1], f64: [2 ** 40 + 1, 3] };
  for (const [type, numbers] of Object.entries(columns)) {
    const column = numberColumn(numbers);
    equal(column.type, type);
    deepEqual([...unpackWeights(column)], numbers);
  }
  deepEqual([...unpackWeights(numberColumn([0.5, 3]))], [0.5, 3]);
});

Deno.test("numberColumn() divides whole numbers by what they have in common", () => {
  const column = numberColumn([3_003_003, 1_001_001, 0]);
  deepEqual([column.type, column.scale], ["u8", 1_001_001]);
  deepEqual([...unpackWeights(column)], [3_003_003, 1_001_001, 0]);
  deepEqual([...unpackWeights(numberColumn([0, 0]))], [0, 0]);
});

Deno.test("numberColumn() writes long columns in parts", () => {
  for (const length of [0, 1, 6143, 6144, 6145, 20_000]) {
    const numbers = Array.from({ length }, (_, i) => (i * 7919) % 70_000);
    const column = numberColumn(numbers);
    equal(column.data.every((part) => part.length <= 8192), true);
    deepEqual([...unpack(column)], numbers);
  }
});
