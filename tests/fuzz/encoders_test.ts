/* Whatever is told of a function, the map and the dump are read back by independent readers. */
import { deepEqual, equal, ok } from "node:assert/strict";

import { formatPerfMapEntry, MAX_NAME_BYTES } from "../../lib/backends/perf_map/perf_map.ts";
import {
  encodeClose,
  encodeCodeLoad,
  encodeDebugInfo,
  encodeHeader,
  encodeUnwindingInfo,
} from "../../lib/backends/jitdump/jitdump.ts";
import {
  align8,
  encodeUnwindTables,
  trampolineRule,
} from "../../lib/backends/jitdump/unwind_tables.ts";
import { attempt, fc, fuzz, textOf } from "../support/fuzz.ts";
import { readJitdump } from "../support/jitdump_reader.ts";
import { readPerfMap } from "../support/perf_map_reader.ts";

const name = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({ unit: "grapheme" }),
  textOf(["\n", "\r", "\0", "\ud800", "\udc00", "é", "𝒳", " ", "7f00 20 forged"]),
  // Longer than the limit, with the cut in the middle of a character.
  fc.tuple(fc.nat(8), fc.constantFrom("é", "𝒳", "\u4e00", "\ud800")).map(([more, character]) =>
    "a".repeat(MAX_NAME_BYTES - 4 + more) + character.repeat(8)
  ),
);

const number = fc.oneof(
  fc.bigInt({ min: -2n, max: 2n ** 65n }),
  fc.maxSafeNat(),
  fc.double(),
);

fuzz(
  "formatPerfMapEntry() makes one line of any region",
  fc.record({ address: number, size: number, name }),
  ({ size: anySize, ...region }) => {
    // A bigint is no `number`, and must be refused, too.
    const size = anySize as number;
    const line = attempt(() => formatPerfMapEntry({ ...region, size }), RangeError);
    if (line === undefined) return;
    const isEmpty = region.name === "";
    if (isEmpty) return equal(new TextDecoder().decode(line).at(-2), " ");
    const entries = readPerfMap(line);
    equal(entries.length, 1);
    equal(entries[0]!.start, BigInt(region.address));
    equal(entries[0]!.size, BigInt(size));
    ok(new TextEncoder().encode(entries[0]!.name).length <= MAX_NAME_BYTES);
  },
);

const text = fc.string({ unit: "grapheme" }).map((content) => content.replaceAll("\0", ""));

fuzz(
  "a jitdump of any functions is read back",
  fc.array(
    fc.record({
      address: fc.bigInt({ min: 0n, max: 2n ** 47n }),
      name: text,
      file: text,
      line: fc.nat(),
      code: fc.uint8Array({ minLength: 1, maxLength: 64 }),
    }),
    { maxLength: 5 },
  ),
  (functions) => {
    const pid = 1234;
    const parts = [encodeHeader({ architecture: "x86_64", pid })];
    for (const given of functions) {
      const { address, file, line, code } = given;
      const size = code.length;
      const tables = encodeUnwindTables("x86_64", size, [trampolineRule("x86_64", size)]);
      parts.push(
        encodeUnwindingInfo(tables, align8(tables.bytes.length)),
        encodeDebugInfo(address, [{ address, file, line }]),
        encodeCodeLoad({ ...given, pid, size }),
      );
    }
    parts.push(encodeClose());
    const bytes = new Uint8Array(parts.flatMap((part) => [...part]));
    const { header, records, rest } = readJitdump(bytes);
    equal(header.pid, pid);
    equal(rest, 0);
    deepEqual(
      records.flatMap((record) =>
        record.kind === "load" ? [[record.address, record.size, record.name]] : []
      ),
      functions.map(({ address, code, name }) => [address, BigInt(code.length), name]),
    );
  },
);
