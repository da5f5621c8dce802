import { deepEqual } from "node:assert/strict";

import { collectionFacts } from "../../../lib/report/figures/recording_words.ts";

Deno.test("collectionFacts() has the number and the time of each kind of garbage collection", () => {
  const collections = [
    { kind: "Scavenge", count: 25, milliseconds: 812 },
    { kind: "MarkSweepCompact", count: 1, milliseconds: 40.1 },
    { kind: "Unknown", count: 2, milliseconds: 0.1 },
  ];
  deepEqual(collectionFacts({ collections }), [
    "garbage collection: 25 scavenges of 812 ms, 1 mark-compact of 40.1 ms, 2 Unknown of 100 µs",
  ]);
  deepEqual(collectionFacts({ collections: [] }), ["no garbage collection"]);
  deepEqual(collectionFacts({}), []);
});
