import { deepEqual, equal } from "node:assert/strict";

import { readElfHeader, readElfTable } from "../../lib/base/elf_header.ts";

/** A file of 128 bytes whose header is like that of a program. */
function file(): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(128);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x7f454c46);
  view.setUint16(4, 0x0201);
  view.setBigUint64(32, 64n, true);
  view.setBigUint64(40, 72n, true);
  [56, 3, 64, 5].forEach((value, i) => view.setUint16(54 + 2 * i, value, true));
  return { bytes, view };
}

const reader = (bytes: Uint8Array) => (offset: number, length: number) =>
  bytes.subarray(offset, offset + length);

Deno.test("readElfHeader() finds the program headers and the section headers", () => {
  deepEqual(readElfHeader(reader(file().bytes)), {
    programs: { offset: 64, entrySize: 56, count: 3 },
    sections: { offset: 72, entrySize: 64, count: 5 },
  });
});

Deno.test("readElfHeader() finds none in what is no ELF file of 64 bits and this byte order", () => {
  for (const [at, value] of [[0, 0x7e], [4, 1], [5, 2]] as const) {
    const { bytes } = file();
    bytes[at] = value;
    equal(readElfHeader(reader(bytes)), undefined);
  }
  equal(readElfHeader(reader(file().bytes.subarray(0, 63))), undefined);
});

Deno.test("readElfTable() reads what is in the file", () => {
  const { bytes } = file();
  const length = (offset: number, count: number) =>
    readElfTable(reader(bytes), { offset, entrySize: 8, count }).byteLength;
  deepEqual([length(64, 2), length(120, 2), length(200, 2)], [16, 8, 0]);
});
