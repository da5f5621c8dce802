import { deepEqual, equal } from "node:assert/strict";

import { TurboFanCode } from "../lib/v8_code.ts";

const TURBOFAN = 13;
const MAGLEV = 12;

/** Where V8 has code, and where the objects that describe it. */
const CODE = 0x7f58_1000_0000;
const OBJECT = 0x2a71_0000_1000;
const PAGES = 16 * 4096;

/** Memory with two stretches that can be read. */
class Memory {
  readonly #code = new Uint8Array(PAGES);
  readonly #objects = new Uint8Array(PAGES);

  /** Reads as process_vm_readv(2) does. */
  readonly read = (target: Uint8Array, address: number): number => {
    for (const [start, bytes] of [[CODE, this.#code], [OBJECT, this.#objects]] as const) {
      if (address < start || address >= start + PAGES) continue;
      const part = bytes.subarray(address - start, address - start + target.length);
      target.set(part);
      return part.length;
    }
    return -14;
  };

  /** Puts code at an offset, and the object that it names. */
  add(at: number, size: number, kind: number, object = 128 * at / 64): void {
    const header = new DataView(this.#code.buffer, at - 32);
    header.setBigUint64(0, 0x2a71_0000_0301n, true);
    header.setBigUint64(8, BigInt(OBJECT + object + 1), true);
    header.setBigUint64(16, 0x2a71_0000_0501n, true);
    header.setUint32(24, size, true);
    const fields = new DataView(this.#objects.buffer, object);
    fields.setBigUint64(40, BigInt(CODE + at), true);
    fields.setUint32(52, 0x5a0 + kind, true);
  }

  /** Puts a header at an offset whose object is nowhere. */
  forget(at: number): void {
    new BigUint64Array(this.#code.buffer, at - 32, 3).fill(0x7fff_ffff_ffff_fff1n);
  }

  at(offset: number) {
    return new TurboFanCode(this.read).at(CODE + offset);
  }
}

Deno.test("TurboFanCode.at() finds the code around an address", () => {
  const memory = new Memory();
  memory.add(8192, 700, TURBOFAN);
  memory.add(8192 + 768, 64, TURBOFAN);
  const first = { address: CODE + 8192, size: 700, byV8: true };
  for (const offset of [1, 63, 64, 300, 700]) deepEqual(memory.at(8192 + offset), first);
  deepEqual(memory.at(8192 + 768 + 5), { address: CODE + 8192 + 768, size: 64, byV8: true });
});

Deno.test("TurboFanCode.at() finds nothing between codes, and none of another compiler's", () => {
  const memory = new Memory();
  memory.add(8192, 700, TURBOFAN);
  memory.add(8192 + 768, 64, MAGLEV);
  equal(memory.at(8192 + 701), undefined);
  equal(memory.at(8192 + 770), undefined);
  equal(memory.at(8192 + 768 + 65), undefined);
});

Deno.test("TurboFanCode.at() finds the start of long code, wherever reads begin", () => {
  for (let start = 8192; start < 8192 + 4096; start += 64) {
    const memory = new Memory();
    memory.add(start, 20_000, TURBOFAN);
    for (const offset of [1, 4000, 4096, 4097, 12_345, 20_000]) {
      equal(memory.at(start + offset)?.address, CODE + start, `${offset} behind ${start}`);
    }
  }
});

Deno.test("TurboFanCode.at() is not misled by what looks like a header", () => {
  const memory = new Memory();
  memory.add(8192, 4000, TURBOFAN);
  // Their object is of other code; and the object of this one cannot be read.
  memory.add(8192 + 640, 64, TURBOFAN, 0);
  memory.add(8192 + 1280, 64, TURBOFAN, 0);
  memory.add(16384, 64, TURBOFAN, 0);
  memory.forget(8192 + 1920);
  equal(memory.at(8192 + 3000)?.address, CODE + 8192);
});

Deno.test("TurboFanCode.at() gives up where memory cannot be read", () => {
  const memory = new Memory();
  equal(memory.at(100), undefined);
  equal(new TurboFanCode(() => -14).at(CODE), undefined);
});
