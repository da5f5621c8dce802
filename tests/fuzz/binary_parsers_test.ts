/* Binary files of others are read or refused, with any content. */
import { equal, ok } from "node:assert/strict";

import { hasUnwindInformation } from "../../lib/backends/jitdump/elf_unwinding.ts";
import { libraryBytes } from "../../lib/native/library_file.ts";
import {
  readElfSymbols,
  symbolAt,
  symbolsByOffset,
} from "../../lib/recording/built_in/elf_symbols.ts";
import { readSampleFile } from "../../lib/recording/built_in/sample_file.ts";
import { attempt, fc, fuzz } from "../support/fuzz.ts";

/** The start of a real program, with bytes of it changed. */
const program = libraryBytes("x86_64");

const change = fc.tuple(
  fc.oneof(fc.nat(200), fc.nat(program.length - 1)),
  fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
);

const file = fc.tuple(
  fc.array(change, { maxLength: 12 }),
  fc.oneof(fc.constant(program.length), fc.nat(program.length)),
).map(([changes, length]) => {
  const bytes = program.slice();
  for (const [at, value] of changes) bytes[at] = value;
  return bytes.subarray(0, length);
});

const bytes = fc.oneof(file, fc.uint8Array({ maxLength: 300 }));

/** As a file is read: fewer bytes at its end, and no more memory than it has bytes. */
function reader(content: Uint8Array): (offset: number, length: number) => Uint8Array {
  return (offset, length) => {
    ok(Number.isFinite(offset) && offset >= 0 && length >= 0, `${offset} ${length}`);
    return content.subarray(offset, offset + length);
  };
}

fuzz("hasUnwindInformation() takes any file", bytes, (content) => {
  equal(typeof hasUnwindInformation(reader(content)), "boolean");
});

fuzz("readElfSymbols() takes any file", bytes, (content) => {
  const symbols = attempt(() => readElfSymbols(reader(content)), RangeError, SyntaxError) ?? [];
  const byOffset = symbolsByOffset(symbols);
  for (const offset of [0, 1000, content.length, 2 ** 53 - 1]) symbolAt(byOffset, offset);
});

/** A record of the sampler's file: kind, size, content. */
const record = fc.tuple(
  fc.oneof(fc.constantFrom(0x31535058, 1, 2, 3, 4), fc.nat()),
  fc.option(fc.nat(200), { nil: undefined }),
  fc.uint8Array({ maxLength: 80 }),
).map(([kind, size, content]) => {
  const whole = new Uint8Array(8 + content.length);
  const view = new DataView(whole.buffer);
  view.setUint32(0, kind, true);
  view.setUint32(4, size ?? whole.length, true);
  whole.set(content, 8);
  return whole;
});

const start = new Uint8Array(40);
new DataView(start.buffer).setUint32(0, 0x31535058, true);
new DataView(start.buffer).setUint32(4, start.length, true);
new DataView(start.buffer).setUint32(8, 1, true);

fuzz(
  "readSampleFile() takes any bytes",
  fc.tuple(fc.boolean(), fc.array(record, { maxLength: 6 }), fc.nat(40)).map(
    ([hasStart, records, cut]) => {
      const whole = [...(hasStart ? start : []), ...records.flatMap((one) => [...one])];
      return new Uint8Array(whole.slice(0, Math.max(0, whole.length - cut)));
    },
  ),
  (content) => {
    attempt(() => readSampleFile(content), SyntaxError, RangeError);
  },
);
