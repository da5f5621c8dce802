import { equal, ok } from "node:assert/strict";

import { CollectionCounter } from "../../lib/sampler/collection_counter.ts";

/** V8 leaves out objects that nothing can see, so this holds the last ones. */
const seen: number[][] = [];

/** Makes 200 MB of garbage; V8 collects the young generation each 32 MB, at the latest. */
function makeGarbage(): void {
  for (let i = 0; i < 4e6; i++) seen[i % 8] = [i, i, i, i];
}

Deno.test("CollectionCounter counts V8's collections while it is on, and their time", () => {
  const counter = new CollectionCounter();
  equal(counter.sums!.length, 0);
  const start = performance.now();
  for (let round = 0; round < 2; round++) {
    counter.start();
    makeGarbage();
    counter.stop();
  }
  const elapsed = performance.now() - start;
  const before = JSON.stringify(counter.sums);
  const scavenges = counter.sums!.find(({ kind }) => kind === "Scavenge")!;
  ok(scavenges.count >= 2, before);
  ok(scavenges.milliseconds > 0 && scavenges.milliseconds < elapsed, before);
  makeGarbage();
  counter.stop();
  equal(JSON.stringify(counter.sums), before);
});

Deno.test("mayBeMarking is false once V8 has marked to the end, and true before it is known", () => {
  const counter = new CollectionCounter();
  equal(counter.mayBeMarking, true);
  let held: number[][] = [];
  for (let round = 0; round < 100 && counter.mayBeMarking; round++) {
    counter.start();
    held = Array.from({ length: 1e6 }, (_, i) => [i]);
    counter.stop();
  }
  equal(counter.mayBeMarking, false, `${held.length}`);
});
