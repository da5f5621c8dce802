import { deepEqual, equal, ok, throws } from "node:assert/strict";

import { formatPerfMapEntry, perfMapPath } from "../../../lib/backends/perf_map/perf_map.ts";
import { readPerfMap } from "../../support/perf_map_reader.ts";

function line(name: string, address: number | bigint = 0x1234, size = 0x162e): string {
  return new TextDecoder().decode(formatPerfMapEntry({ address, size, name }));
}

/** The name as an independent reader finds it: exactly one entry. */
function nameReadBack(name: string): string {
  const entries = readPerfMap(formatPerfMapEntry({ address: 1, size: 2, name }));
  equal(entries.length, 1);
  return entries[0]!.name;
}

Deno.test("perfMapPath() is the path that perf reads", () => {
  equal(perfMapPath(4711), "/tmp/perf-4711.map");
});

Deno.test("formatPerfMapEntry() writes start, size and name", () => {
  equal(line("entry1"), "1234 162e entry1\n");
});

Deno.test("formatPerfMapEntry() writes any address of 64 bits, without 0x", () => {
  equal(line("a", 0, 0), "0 0 a\n");
  equal(line("a", 2 ** 53 - 1), "1fffffffffffff 162e a\n");
  equal(line("a", 0x7fff_1234_5678_9abcn), "7fff123456789abc 162e a\n");
  equal(line("a", 2n ** 64n - 1n), "ffffffffffffffff 162e a\n");
});

Deno.test("formatPerfMapEntry() refuses numbers that are not whole or exceed 64 bits", () => {
  for (const address of [-1, 1.5, NaN, Infinity, 2 ** 53, -1n, 2n ** 64n]) {
    throws(() => line("a", address), {
      name: "RangeError",
      message: /Cannot write perf map address/,
    });
  }
  throws(() => line("a", 1, -1), {
    name: "RangeError",
    message: /Cannot write perf map size "-1"/,
  });
});

Deno.test("formatPerfMapEntry() keeps a name with spaces and any script", () => {
  for (const name of ["js::get size:/a b.ts:3", "js::größe:/é.ts:1", "js::𝒻:/日本.ts:1", "a\tb"]) {
    equal(nameReadBack(name), name);
  }
});

Deno.test("formatPerfMapEntry() does not let a name forge a line", () => {
  equal(nameReadBack("a\nffff 10 b"), "a\\nffff 10 b");
  equal(nameReadBack("a\r\n1 2 b\n"), "a\\r\\n1 2 b\\n");
  equal(nameReadBack("a\0b"), "a\\0b");
});

Deno.test("formatPerfMapEntry() writes valid UTF-8 for half a surrogate pair", () => {
  equal(nameReadBack("a\ud83d"), "a\ufffd");
});

Deno.test("formatPerfMapEntry() keeps a name of 4096 bytes and cuts a longer one", () => {
  equal(nameReadBack("a".repeat(4096)), "a".repeat(4096));
  equal(nameReadBack("a".repeat(4097)), "a".repeat(4096));
  equal(nameReadBack("a".repeat(1_000_000)), "a".repeat(4096));
});

Deno.test("formatPerfMapEntry() cuts between two characters", () => {
  for (const character of ["é", "日", "𝒻"]) {
    const bytes = new TextEncoder().encode(character).length;
    for (let shift = 0; shift < bytes; shift++) {
      const prefix = "a".repeat(shift);
      const kept = Math.floor((4096 - shift) / bytes);
      equal(nameReadBack(prefix + character.repeat(4096)), prefix + character.repeat(kept));
    }
  }
});

Deno.test("formatPerfMapEntry() does not let a cut name forge a line", () => {
  ok(nameReadBack("\n".repeat(5000)).startsWith("\\n\\n"));
});

Deno.test("readPerfMap() of the tests refuses a text that is no map", () => {
  const read = (text: string) => readPerfMap(new TextEncoder().encode(text));
  deepEqual(read(""), []);
  for (const text of ["1 2 a", "0x1 2 a\n", "1 2\n", "1  2 a\n", "\n", "1 2 a\n\n", "g 2 a\n"]) {
    throws(() => read(text), SyntaxError, text);
  }
});
