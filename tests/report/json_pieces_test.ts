import { deepEqual, ok } from "node:assert/strict";

import { jsonPieces } from "../../lib/report/json_pieces.ts";

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
