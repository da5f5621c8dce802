import { equal, ok } from "node:assert/strict";

import { ObjectCounts } from "../../../lib/recording/heap/object_counts.ts";

const INTERVAL = 32768;

/** The number of objects that some samples of a size stand for, as V8 counts them. */
function scaled(size: number, count: number): number {
  return Math.floor(count / (1 - Math.exp(-size / INTERVAL)) + 0.5);
}

/** A node that V8 makes of samples, given as pairs of a size and a count. */
function nodeOf(sizes: readonly [size: number, count: number][]) {
  return {
    bytes: sizes.reduce((sum, [size, count]) => sum + size * scaled(size, count), 0),
    samples: sizes.flatMap(([size, count]) => Array(count).fill(size * scaled(size, 1))),
    objects: sizes.reduce((sum, [size, count]) => sum + scaled(size, count), 0),
  };
}

Deno.test("of() finds the number of objects of one size", () => {
  const counts = new ObjectCounts(INTERVAL);
  for (const size of [16, 24, 48, 104, 1000, 4096, 40_000]) {
    for (const count of [5, 7, 100, 1001]) {
      const node = nodeOf([[size, count]]);
      const found = counts.of(node);
      ok(Math.abs(found - node.objects) <= 0.01 * node.objects, `${size} ${count}: ${found}`);
    }
  }
});

Deno.test("of() finds the number of objects of several sizes", () => {
  const node = nodeOf([[24, 30], [104, 70], [816, 11]]);
  const found = new ObjectCounts(INTERVAL).of(node);
  ok(Math.abs(found - node.objects) <= 0.01 * node.objects, `${found} ${node.objects}`);
});

Deno.test("of() counts an object above the interval once", () => {
  equal(new ObjectCounts(INTERVAL).of({ bytes: 1 << 20, samples: [1 << 20] }), 1);
});

Deno.test("of() is none for a node without samples, and no error for sizes that do not fit", () => {
  const counts = new ObjectCounts(INTERVAL);
  equal(counts.of({ bytes: 0, samples: [] }), 0);
  ok(counts.of({ bytes: 12_345, samples: [777, 778] }) > 0);
});
