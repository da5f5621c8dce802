import { deepEqual, equal } from "node:assert/strict";

import type { ModulePositions } from "../../lib/v8/function_positions.ts";
import { repairName, repairPerfMap } from "../../lib/v8/perf_map_repair.ts";
import { readPerfMap } from "../support/perf_map_reader.ts";

const POSITIONS: ModulePositions = {
  functionAt: (line, column) =>
    line === 6 && column === 7 ? { name: "Parser.next", line: 11 } : undefined,
  lineAt: (line) => line + 100,
};

const positionsOf = (url: string) => url === "file:///src/a.ts" ? POSITIONS : undefined;

Deno.test("repairName() gives one name to a function, whatever its tier", () => {
  for (const tier of ["~", "^", "+", "*", "o+", "o*", "+'", "*'", "o*'", ""]) {
    const name = `JS:${tier}next file:///src/a.ts:6:7`;
    equal(repairName(name, positionsOf), "js::Parser.next:/src/a.ts:11", name);
  }
});

Deno.test("repairName() keeps V8's name, and corrects the line, of functions that it does not know", () => {
  const names: [string, string][] = [
    ["JS:~of file:///src/a.ts:2:3", "js::of:/src/a.ts:102"],
    ["JS:~get size file:///src/a.ts:2:3", "js::get size:/src/a.ts:102"],
    ["JS:~ file:///src/a.ts:2:3", "js::<anonymous>:/src/a.ts:102"],
    ["JS:*foo file:///src/b%20c.ts:2:3", "js::foo:/src/b c.ts:2"],
    ["JS:*foo /src/b.cjs:2:3", "js::foo:/src/b.cjs:2"],
    ["JS:^open ext:core/01_core.js:986:5", "js::open:ext:core/01_core.js:986"],
    ["JS:^o node:fs:9:5", "js::o:node:fs:9"],
    ["Script:~ file:///src/a.ts:1:1", "js::<module>:/src/a.ts"],
    ["JS:o* file:///src/a.ts:1:1", "js::<module>:/src/a.ts"],
    ["JS:~foo file:///src/b.ts:1:1", "js::foo:/src/b.ts:1"],
  ];
  for (const [name, repaired] of names) equal(repairName(name, positionsOf), repaired);
});

Deno.test("repairName() leaves alone what is no function of JavaScript", () => {
  for (const name of ["Builtin:ArrayMap", "BytecodeHandler:Ldar", "RegExp:a:1:2", "JS:x", "main"]) {
    equal(repairName(name, positionsOf), name);
  }
});

Deno.test("repairPerfMap() keeps the later of what overlaps, and every line in order", () => {
  const map = `\
3000 100 JS:~old file:///src/b.ts:1:1
1000 100 Builtin:A
no line
2000 100 JS:~a file:///src/b.ts:1:1
3000 80 JS:*new file:///src/b.ts:1:1
1080 100 Builtin:B
2000 100 JS:*b file:///src/b.ts:2:1
5000 10`;
  const entries = readPerfMap(new TextEncoder().encode(repairPerfMap(map, positionsOf)));
  deepEqual(entries.map(({ start, size, name }) => [Number(start), Number(size), name]), [
    [0x1000, 0x80, "Builtin:A"],
    [0x1080, 0x100, "Builtin:B"],
    [0x2000, 0x100, "js::b:/src/b.ts:2"],
    [0x3000, 0x80, "js::new:/src/b.ts:1"],
  ]);
});
