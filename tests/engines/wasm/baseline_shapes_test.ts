import { deepEqual, equal } from "node:assert/strict";

import { BaselineCode, lengthAt } from "../../../lib/engines/wasm/baseline_shapes.ts";

const BASE = 0x1ddb_e97f_ba40;

/** Code of 192 bytes that calls at its 100th byte, and how often it was looked at. */
class Looked {
  count = 0;
  readonly code = new BaselineCode(2);

  constructor(readonly size: (index: number) => number = () => 192) {}

  at(index: number, { form = 0, length = 0, offset = 100 } = {}) {
    const address = BASE + 256 * index;
    return this.code.extentAt(address + offset, form, length, () => {
      this.count++;
      return { address, size: this.size(index), byV8: true };
    });
  }
}

Deno.test("BaselineCode.extentAt() learns a form from five equal pieces of code", () => {
  const looked = new Looked();
  for (let i = 0; i < 20; i++) {
    deepEqual(looked.at(i), { address: BASE + 256 * i, size: 192, byV8: true });
  }
  equal(looked.count, 5);
  // The return address may be some bytes away.
  equal(looked.at(30, { offset: 98 })!.address, BASE + 256 * 30);
  equal(looked.count, 5);
});

Deno.test("BaselineCode.extentAt() keeps forms and length classes apart", () => {
  const looked = new Looked();
  for (let i = 0; i < 10; i++) looked.at(i);
  for (const other of [{ form: 1 }, { length: 1 }, { length: 2 }, { form: 1, length: 2 }]) {
    looked.count = 0;
    for (let i = 0; i < 10; i++) looked.at(i, other);
    equal(looked.count, 5, JSON.stringify(other));
  }
  looked.count = 0;
  for (let i = 0; i < 10; i++) looked.at(i, { form: 2 });
  equal(looked.count, 10);
});

Deno.test("BaselineCode.extentAt() keeps learning if code differs", () => {
  const looked = new Looked((index) => 192 + 64 * (index % 2));
  for (let i = 0; i < 20; i++) equal(looked.at(i)!.size, 192 + 64 * (i % 2));
  equal(looked.count, 20);
});

Deno.test("BaselineCode.extentAt() finds nothing without code", () => {
  equal(new BaselineCode(1).extentAt(BASE, 0, 0, () => undefined), undefined);
});

Deno.test("lengthAt() is the length class of a trampoline's number", () => {
  deepEqual([0, 1, 31, 32, 127, 100_000].map(lengthAt), [0, 1, 1, 2, 2, 2]);
});
