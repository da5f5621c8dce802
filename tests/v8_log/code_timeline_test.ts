import { equal } from "node:assert/strict";

import { AddressMap } from "../../lib/v8_log/address_map.ts";
import { AnswerCache } from "../../lib/v8_log/answer_cache.ts";
import { HOLE, PieceTable } from "../../lib/v8_log/code_table.ts";
import { CodeTimeline } from "../../lib/v8_log/code_timeline.ts";
import { OrderedSet } from "../../lib/v8_log/ordered_set.ts";

/** Random numbers below a limit, the same each time. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  };
}

Deno.test("CodeTimeline.find() agrees with a search through all pieces", () => {
  const random = randomNumbers(1);
  for (let round = 0; round < 200; round++) {
    const pieces = new PieceTable();
    const model: { start: number; end: number; from: number; to: number; hole: boolean }[] = [];
    for (let i = 0; i < 60; i++) {
      const [start, size, time] = [1 + random(200), 1 + random(40), i * 10];
      const hole = random(8) === 0;
      pieces.add(start, size, time, hole ? HOLE : i, 0);
      for (const old of model) {
        if (old.to === Infinity && old.start < start + size && start < old.end) old.to = time;
      }
      model.push({ start, end: start + size, from: time, to: Infinity, hole });
    }
    const timeline = new CodeTimeline(pieces);
    for (let query = 0; query < 300; query++) {
      const [address, time] = [random(250), random(650)];
      const wanted = model.findIndex(({ start, end, from, to, hole }) =>
        !hole && start <= address && address < end && from <= time && time < to
      );
      equal(timeline.find(address, time), wanted, `${address} at ${time}`);
    }
  }
});

Deno.test("CodeTimeline.find() finds nothing without code", () => {
  const timeline = new CodeTimeline(new PieceTable());
  equal(timeline.find(5, 5), -1);
  equal(timeline.mayKnow(5), false);
});

Deno.test("OrderedSet finds the same neighbours as a sorted list", () => {
  const random = randomNumbers(2);
  for (const limit of [1, 31, 32, 33, 1024, 1025, 40_000]) {
    const set = new OrderedSet(limit);
    const model = new Set<number>();
    for (let i = 0; i < 400; i++) {
      const number = random(limit);
      if (random(3) === 0) {
        set.delete(number);
        model.delete(number);
      } else {
        set.add(number);
        model.add(number);
      }
      const at = random(limit);
      equal(set.before(at), Math.max(-1, ...[...model].filter((other) => other < at)));
      const above = [...model].filter((other) => other >= at);
      equal(set.from(at), above.length === 0 ? -1 : Math.min(...above));
    }
  }
});

Deno.test("AddressMap behaves like a Map", () => {
  const random = randomNumbers(3);
  const map = new AddressMap();
  const model = new Map<number, number>();
  for (let i = 0; i < 30_000; i++) {
    const address = 0x7f00_0000_0000 + random(6000) * 64;
    if (random(3) === 0) {
      map.delete(address);
      model.delete(address);
    } else {
      map.set(address, i);
      model.set(address, i);
    }
    const other = 0x7f00_0000_0000 + random(6000) * 64;
    equal(map.get(other), model.get(other));
  }
  map.set(0, 1);
  equal(map.get(0), undefined);
});

Deno.test("AnswerCache answers only while an answer holds, and empties itself when full", () => {
  const cache = new AnswerCache<string>(3000);
  for (let i = 1; i <= 3000; i++) cache.set(i * 64, i, i + 10, `${i}`);
  for (let i = 1; i <= 3000; i++) {
    equal(cache.valueAt(cache.find(i * 64, i)), `${i}`);
    equal(cache.find(i * 64, i + 10), -1);
    equal(cache.find(i * 64, i - 1), -1);
  }
  cache.set(64, 100, 200, "again");
  equal(cache.find(64, 1), -1);
  cache.set(1, 0, 1, "one");
  equal(cache.valueAt(cache.find(1, 0)), "one");
  equal(cache.find(128, 2), -1);
});
