import { deepEqual, equal } from "node:assert/strict";

import {
  dumpRegion,
  frameRecordRegions,
} from "../../../lib/backends/jitdump/frame_record_region.ts";
import { parseMemoryMaps } from "../../../lib/runtime/memory_maps.ts";

const MAPS = parseMemoryMaps(`\
10000-20000 r--p 00000000 fe:00 1                     /usr/bin/deno
20000-30000 r-xp 00010000 fe:00 1                     /usr/bin/deno
40000-50000 rwxp 00000000 00:00 0
50000-52000 r-xp 00018000 fe:00 1                     /usr/bin/deno
52000-60000 rwxp 00000000 00:00 0
70000-71000 r-xp 00000000 00:00 0                     [anon:v8]
72000-73000 rw-p 00000000 00:00 0
80000-90000 r-xp 00000000 fe:00 2                     /usr/lib/libc.so.6
a0000-a1000 r-xp 00000000 00:00 0                     [vdso]
`);

function show(runtime: string | undefined): string[] {
  return frameRecordRegions(MAPS, runtime).map(({ start, kind }) =>
    `${start.toString(16)} ${kind}`
  );
}

Deno.test("frameRecordRegions() takes the runtime's code, generated code, and V8's copy of its builtins", () => {
  deepEqual(show("/usr/bin/deno"), [
    "20000 runtime",
    "40000 generated",
    "50000 generated",
    "52000 generated",
    "70000 generated",
  ]);
});

Deno.test("frameRecordRegions() has no region for a runtime with unwind information", () => {
  deepEqual(show(undefined), ["40000 generated", "52000 generated", "70000 generated"]);
});

Deno.test("dumpRegion() dumps the whole runtime and the start of generated code", () => {
  const region = (size: number, kind: "runtime" | "generated") => {
    const { codeSize, mappedSize } = dumpRegion({ start: 0n, end: BigInt(size), kind })!;
    equal(codeSize + mappedSize, size);
    equal(codeSize % 8, 0);
    return codeSize;
  };
  equal(region(64 << 20, "runtime"), (64 << 20) - 256);
  equal(region(512 << 20, "generated"), 16 << 20);
  equal(region(1 << 20, "generated"), (1 << 20) - 256);
  equal(region(4096, "generated"), 4096 - 256);
  equal(region(264, "generated"), 8);
  // No room for the tables.
  for (const size of [0, 192, 263]) {
    equal(dumpRegion({ start: 0n, end: BigInt(size), kind: "generated" }), undefined);
  }
});
