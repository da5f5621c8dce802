import { deepEqual, equal } from "node:assert/strict";

import { mappingAt, parseMemoryMaps } from "../../lib/runtime/memory_maps.ts";

const MAPS = `\
7f0b60418000-7f0b6056e000 r-xp 00026000 fe:00 339380                     /usr/lib/libc.so.6
7f0b603f2000-7f0b60418000 r--p 00000000 fe:00 339380                     /a dir/with spaces (deleted)
7f0b70000000-7f0b70010000 r-xp 00000000 00:00 0
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
`;

Deno.test("parseMemoryMaps() reads ranges, executability and paths", () => {
  deepEqual(parseMemoryMaps(MAPS).map(({ executable, path }) => [executable, path]), [
    [true, "/usr/lib/libc.so.6"],
    [false, "/a dir/with spaces (deleted)"],
    [true, ""],
    [true, "[vsyscall]"],
  ]);
  deepEqual(parseMemoryMaps(MAPS)[3]!.start, 0xffffffffff600000n);
});

Deno.test("parseMemoryMaps() skips lines that are no mapping", () => {
  deepEqual(parseMemoryMaps("\nVmFlags: rd ex\n7f-\n"), []);
});

Deno.test("parseMemoryMaps() reads this process's own", () => {
  const mappings = parseMemoryMaps(Deno.readTextFileSync("/proc/self/maps"));
  equal(mappings.some(({ path }) => path === "[stack]"), true);
});

Deno.test("mappingAt() includes the start and excludes the end", () => {
  const mappings = parseMemoryMaps(MAPS);
  equal(mappingAt(mappings, 0x7f0b60418000n)?.path, "/usr/lib/libc.so.6");
  equal(mappingAt(mappings, 0x7f0b6056e000n), undefined);
});

Deno.test("parseMemoryMaps() skips addresses of more than 64 bits", () => {
  const line = (end: string) => `55f1a2bf5000-${end} r-xp 01b8d000 fe:00 339380 /usr/bin/deno`;
  equal(parseMemoryMaps(line("55f1a7000000")).length, 1);
  equal(parseMemoryMaps(line("ffffffffffffffffffff55f1a7000000")).length, 0);
});
