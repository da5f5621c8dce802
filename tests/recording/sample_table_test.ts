import { deepEqual, equal } from "node:assert/strict";

import { SampleTableBuilder } from "../../lib/recording/sample_table.ts";

Deno.test("SampleTableBuilder sorts samples by time, and keeps the order of equal times", () => {
  const builder = new SampleTableBuilder(1);
  // Runs as several processors' buffers leave them; lengths that are no power of two.
  const times = Array.from({ length: 1500 }, (_, i) => (i * 7) % 100 + Math.floor(i / 300) * 50);
  times.forEach((time, stack) =>
    builder.add({ time, thread: stack % 3, stack, weight: stack / 2 })
  );
  equal(builder.length, 1500);
  const { time, thread, stack, weight, length } = builder.end();
  equal(length, 1500);
  const expected = times.map((time, i) => ({ time, i })).sort((a, b) =>
    a.time - b.time || a.i - b.i
  );
  deepEqual([...time], expected.map(({ time }) => time));
  deepEqual([...stack], expected.map(({ i }) => i));
  deepEqual([...thread], expected.map(({ i }) => i % 3));
  deepEqual([...weight], expected.map(({ i }) => i / 2));
});

Deno.test("SampleTable.withStacks() replaces the indices of stacks", () => {
  const builder = new SampleTableBuilder();
  for (const stack of [0, 2, 1]) builder.add({ time: stack, thread: 0, stack, weight: 1 });
  deepEqual([...builder.end().withStacks([7, 8, 7]).stack], [7, 8, 7]);
  equal(new SampleTableBuilder().end().length, 0);
});
