import { deepEqual, ok } from "node:assert/strict";

import { estimatedTimes } from "../../../lib/recording/waits/censored_times.ts";

Deno.test("estimatedTimes() keeps times that are known", () => {
  const known = [10, 20, 20, 40].map((time) => ({ least: time, most: time, count: 1 }));
  const times = estimatedTimes(known);
  for (const [i, { least }] of known.entries()) ok(Math.abs(times[i]! - least) < 1e-9, `${times}`);
  deepEqual(estimatedTimes([]), []);
});

Deno.test("estimatedTimes() finds the time that all bounds have in common", () => {
  // Times of 40, seen at the ends of turns of 70.
  const bounds = Array.from({ length: 50 }, (_, i) => {
    const least = Math.max(0, 40 - 7 * (i % 10) - 3);
    return { least, most: least + 70, count: 1 };
  });
  bounds.push({ least: 38, most: 41, count: 1 });
  for (const time of estimatedTimes(bounds)) ok(time > 36 && time < 44, `${time}`);
});

Deno.test("estimatedTimes() tells two kinds of times apart, and stays within bounds", () => {
  const times = estimatedTimes([
    ...Array.from({ length: 20 }, () => ({ least: 9, most: 11, count: 1 })),
    ...Array.from({ length: 20 }, () => ({ least: 89, most: 91, count: 1 })),
    { least: 0, most: 50, count: 1 },
    { least: 50, most: 200, count: 3 },
    { least: 30, most: 35, count: 1 },
  ]);
  const [low, high, between] = times.slice(-3) as [number, number, number];
  ok(Math.abs(low - 10) < 2, `${low}`);
  ok(Math.abs(high - 90) < 2, `${high}`);
  ok(between >= 30 && between <= 35, `${between}`);
});

Deno.test("estimatedTimes() takes the middle where nothing more is known", () => {
  deepEqual(estimatedTimes([{ least: 0, most: 10, count: 1 }]), [5]);
});

Deno.test("estimatedTimes() has a bounded number of cells", () => {
  const bounds = Array.from({ length: 5000 }, (_, i) => ({ least: i, most: i + 100, count: 1 }));
  const times = estimatedTimes(bounds);
  ok(times.every((time, i) => time >= i && time <= i + 100));
});
