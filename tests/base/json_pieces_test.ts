import { deepEqual, ok } from "node:assert/strict";

import { jsonPieces, LargeElement } from "../../lib/base/json_pieces.ts";

Deno.test("jsonPieces() writes what JSON.stringify() writes", () => {
  const values = [
    {},
    [],
    { a: [], b: {}, c: undefined, 'd"': null, e: [undefined, [1], { f: "<" }] },
    { stacks: Array.from({ length: 5000 }, (_, i) => [i, [i], `${i}`]) },
    "text",
    7,
  ];
  for (const value of values) {
    deepEqual([...jsonPieces(value)].join(""), JSON.stringify(value));
  }
});

Deno.test("jsonPieces() has small pieces, however long an array is", () => {
  const pieces = [...jsonPieces({ all: Array.from({ length: 100_000 }, () => 1) })];
  ok(pieces.every((piece) => piece.length < 3000));
});

Deno.test("jsonPieces() makes arrays of typed arrays, generators and large elements", () => {
  function* numbers(count: number) {
    for (let i = 0; i < count; i++) yield i;
  }
  const large = (count: number) => new LargeElement({ column: numbers(count) });
  const written = (value: unknown) => JSON.parse([...jsonPieces(value)].join(""));
  deepEqual(written({ a: Float64Array.of(1.5, 2), b: numbers(0), c: numbers(3) }), {
    a: [1.5, 2],
    b: [],
    c: [0, 1, 2],
  });
  deepEqual(written(numbers(2048)), [...numbers(2048)]);
  deepEqual(written([large(2), large(1)]), [{ column: [0, 1] }, { column: [0] }]);
  deepEqual(written([7, large(1), 8, 9, large(0)]), [7, { column: [0] }, 8, 9, { column: [] }]);
});
