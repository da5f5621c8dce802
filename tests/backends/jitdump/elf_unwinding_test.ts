import { equal } from "node:assert/strict";

import { hasUnwindInformation } from "../../../lib/backends/jitdump/elf_unwinding.ts";

/** A file with as many program headers as types are given. */
function elf(types: number[], { magic = 0x7f454c46, count = types.length } = {}): Uint8Array {
  const bytes = new Uint8Array(128 + 56 * types.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  view.setUint16(4, 0x0201);
  view.setBigUint64(32, 128n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, count, true);
  types.forEach((type, i) => view.setUint32(128 + 56 * i, type, true));
  return bytes;
}

function has(bytes: Uint8Array): boolean {
  return hasUnwindInformation((offset, length) => bytes.subarray(offset, offset + length));
}

Deno.test("hasUnwindInformation() finds PT_GNU_EH_FRAME at any place among the headers", () => {
  equal(has(elf([1, 1, 0x6474e550])), true);
  equal(has(elf([0x6474e550, 6])), true);
  equal(has(elf([1, 2, 3, 0x6474e551])), false);
  equal(has(elf([])), false);
});

Deno.test("hasUnwindInformation() is false for other files and for a part of an ELF file", () => {
  equal(has(new Uint8Array()), false);
  equal(has(new Uint8Array(63)), false);
  equal(has(elf([0x6474e550], { magic: 0x23212f62 })), false);
  equal(has(elf([1], { count: 65535 })), false);
});

Deno.test("hasUnwindInformation() is true for the C library, false for this runtime", async () => {
  const maps = await Deno.readTextFile("/proc/self/maps");
  const libc = /\S*\/libc[.-]\S*so\S*/.exec(maps)?.[0];
  if (libc !== undefined) equal(has(await Deno.readFile(libc)), true);
  equal(has(await Deno.readFile(Deno.execPath())), false);
});
