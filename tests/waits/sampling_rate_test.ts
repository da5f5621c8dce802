import { equal, ok } from "node:assert/strict";

import { SamplingRate } from "../../lib/waits/sampling_rate.ts";

/** Makes awaits, and returns how many they were by the numbers that recorded ones stand for. */
function estimate(rate: SamplingRate, awaits: number, { cost = 5e3, every = 1e4, from = 0 }) {
  let [recorded, all] = [0, 0];
  for (let i = 0; i < awaits; i++) {
    const now = from + i * every;
    if (!rate.takesNext()) continue;
    recorded++;
    all += rate.apart;
    rate.choose();
    rate.spend(cost, now);
  }
  return { recorded, all };
}

Deno.test("SamplingRate takes every await where they are few", () => {
  const rate = new SamplingRate(0);
  equal(estimate(rate, 5000, { every: 1e6 }).recorded, 5000);
  equal(rate.apart, 1);
});

Deno.test("SamplingRate takes less where awaits are many, and knows how many they were", () => {
  const rate = new SamplingRate(0);
  const awaits = 1_000_000;
  const { recorded, all } = estimate(rate, awaits, {});
  // 10 s at 5 µs each: a share of 3 % is 60 000.
  ok(recorded < 120_000, `${recorded}`);
  ok(recorded > 20_000, `${recorded}`);
  ok(Math.abs(all / awaits - 1) < 0.05, `${all}`);
});

Deno.test("SamplingRate takes all again when awaits have become few", () => {
  const rate = new SamplingRate(0);
  estimate(rate, 1_000_000, {});
  ok(rate.apart > 4);
  estimate(rate, 20_000, { every: 1e6, from: 1e10 });
  equal(rate.apart, 1);
});

Deno.test("SamplingRate does not mind a pause of the thread", () => {
  const rate = new SamplingRate(0);
  estimate(rate, 3000, { every: 1e6, cost: 1e3 });
  // Twenty pauses of half a second each.
  estimate(rate, 20, { every: 1e6, cost: 5e8, from: 3e9 });
  estimate(rate, 200, { every: 1e6, cost: 1e3, from: 3.02e9 });
  equal(rate.apart, 1);
});
