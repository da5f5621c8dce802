import { equal } from "node:assert/strict";

import { SampleCounter } from "../../lib/recording/sample_counter.ts";

/** A file of perf's: magic, sizes, where attributes and data are, then records. */
function perfFile(types: readonly number[]): Uint8Array {
  const offset = 104;
  const size = 24;
  const bytes = new Uint8Array(offset + size * types.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("PERFILE2"));
  view.setBigUint64(40, BigInt(offset), true);
  types.forEach((type, i) => {
    const at = offset + size * i;
    view.setUint32(at, type, true);
    view.setUint16(at + 6, size, true);
    // The content of a record may look like another record.
    view.setUint32(at + 8, 9, true);
    view.setUint16(at + 14, size, true);
  });
  return bytes;
}

Deno.test("SampleCounter counts samples in pieces of any size", () => {
  const file = perfFile([1, 9, 9, 3, 9, 68]);
  for (const length of [1, 7, 23, 24, 25, 1000]) {
    const counter = new SampleCounter();
    for (let i = 0; i < file.length; i += length) counter.push(file.subarray(i, i + length));
    equal(counter.samples, 3, `pieces of ${length}`);
  }
});

Deno.test("SampleCounter gives up on other files, and at records that are not written yet", () => {
  for (const file of [new Uint8Array(1000), perfFile([9]).fill(0, 0, 8)]) {
    const counter = new SampleCounter();
    counter.push(file);
    equal(counter.samples, 0);
  }
  const counter = new SampleCounter();
  counter.push(new Uint8Array([...perfFile([9]), ...new Uint8Array(100), ...perfFile([9])]));
  equal(counter.samples, 1);
});
