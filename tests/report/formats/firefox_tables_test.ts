import { deepEqual, equal } from "node:assert/strict";

import {
  activityFrame,
  codeFrame,
  type Frame,
  functionFrame,
} from "../../../lib/recording/frame.ts";
import { CATEGORIES, FirefoxTables, TIERS } from "../../../lib/report/formats/firefox_tables.ts";
import { jsonPieces } from "../../../lib/base/json_pieces.ts";

const MAIN = functionFrame({ name: "main", file: "/a.ts", line: 1 }, {
  position: { line: 20, column: 3 },
  tier: "turbofan",
});
const LIBC: Frame = { name: "memmove", kind: "native", module: "/usr/lib/libc.so.6" };

/** A column of a table, or several, with what they refer to. */
type Table = Record<string, unknown[]> & { length: number };

/** The tables as a reader has them. */
function written(tables: FirefoxTables) {
  const { stringArray, ...others } = JSON.parse([...jsonPieces(tables.shared())].join(""));
  return { strings: stringArray as string[], tables: others as Record<string, Table> };
}

Deno.test("FirefoxTables has a stack once, below the one that it goes on from", () => {
  const tables = new FirefoxTables(new Map());
  equal(tables.stackOf([]), null);
  const main = tables.stackOf([MAIN]);
  const inner = tables.stackOf([MAIN, LIBC]);
  const other = tables.stackOf([LIBC]);
  const deep = tables.stackOf([MAIN, LIBC, LIBC]);
  deepEqual([main, inner, other, deep], [0, 1, 2, 3]);
  equal(tables.stackOf([MAIN, LIBC]), inner);
  const { stackTable } = written(tables).tables;
  deepEqual(stackTable, { frame: [0, 1, 1, 1], prefixOffset: [0, 1, 0, 2], length: 4 });
});

Deno.test("FirefoxTables has columns of one length, and only numbers of rows that there are", () => {
  const tables = new FirefoxTables(new Map());
  tables.stackOf([MAIN, LIBC, activityFrame("garbage collection")]);
  const { strings, tables: all } = written(tables);
  for (const [name, table] of Object.entries(all)) {
    for (const column of Object.keys(table).filter((column) => column !== "length")) {
      equal(table[column]!.length, table.length, `${name}.${column}`);
    }
  }
  const within = (values: unknown[], length: number) =>
    deepEqual(values.filter((value) => typeof value === "number" && value >= length), []);
  const { stackTable, frameTable, funcTable, resourceTable, sources } = all as Record<
    string,
    Table
  >;
  within(stackTable!["frame"]!, frameTable!.length);
  within(frameTable!["func"]!, funcTable!.length);
  within(frameTable!["category"]!, CATEGORIES.length);
  within(frameTable!["lib"]!, tables.libraries().length);
  within(funcTable!["name"]!, strings.length);
  within(funcTable!["resource"]!, resourceTable!.length);
  within(funcTable!["source"]!, sources!.length);
  equal(CATEGORIES.find(({ color }) => color === "grey")!.name, "Other");
});

/** The rows of the tables for one frame. */
function rowOf(frame: Frame) {
  const tables = new FirefoxTables(new Map());
  tables.stackOf([frame]);
  const { strings, tables: { frameTable, funcTable, resourceTable } } = written(tables);
  const resource = funcTable!["resource"]![0] as number;
  return {
    name: strings[funcTable!["name"]![0] as number],
    isJS: funcTable!["isJS"]![0],
    category: CATEGORIES[frameTable!["category"]![0] as number]!.name,
    tier: TIERS[frameTable!["subcategory"]![0] as number],
    at: [funcTable!["lineNumber"]![0], frameTable!["line"]![0], frameTable!["column"]![0]],
    inlined: frameTable!["inlineDepth"]![0],
    resource: resource < 0 ? undefined : strings[resourceTable!["name"]![0] as number],
    type: resourceTable!["type"]![0],
    libraries: tables.libraries().map((library) => (library as { path: string }).path),
  };
}

Deno.test("FirefoxTables says of a frame whose code it is, where it is, and who compiled it", () => {
  deepEqual(rowOf({ ...MAIN, isInlined: true }), {
    name: "main",
    isJS: true,
    category: "Own code",
    tier: "turbofan",
    at: [1, 20, 3],
    inlined: 1,
    resource: "/a.ts",
    type: 5,
    libraries: [],
  });
  deepEqual(rowOf(LIBC), {
    name: "memmove",
    isJS: false,
    category: "Native",
    tier: "Other",
    at: [null, null, null],
    inlined: 0,
    resource: "libc.so.6",
    type: 1,
    libraries: ["/usr/lib/libc.so.6"],
  });
  const builtin = rowOf(codeFrame("builtin", "ArrayMap"));
  deepEqual([builtin.category, builtin.resource, builtin.type, builtin.libraries], [
    ...["Runtime", "[builtins]", 0, []],
  ]);
  const of = (frame: Frame) => rowOf(frame).category;
  deepEqual(
    [
      functionFrame({ name: "f", file: "/node_modules/p/b.js" }),
      functionFrame({ name: "read", file: "node:fs" }),
      { name: "page_fault", kind: "kernel", module: "[kernel.kallsyms]" } as const,
      activityFrame("garbage collection"),
      activityFrame("compile"),
      { name: "", kind: "native", module: "" } as const,
    ].map(of),
    ["Packages", "Runtime", "Kernel", "Garbage collection", "Runtime", "Other"],
  );
});

Deno.test("FirefoxTables has a function once, whatever line runs, and tells equal names apart", () => {
  const tables = new FirefoxTables(new Map());
  const at = (line: number, file = "/a.ts") =>
    functionFrame({ name: "f", file, line: 5 }, { position: { line, column: 1 } });
  const other = { ...LIBC, module: "/usr/lib/other.so" };
  tables.stackOf([at(6), at(7), at(6, "/b.ts"), LIBC, other]);
  const { strings, tables: { frameTable, funcTable } } = written(tables);
  deepEqual(frameTable!["func"], [0, 0, 1, 2, 3]);
  deepEqual(funcTable!["name"]!.map((name) => strings[name as number]), [
    ...["f", "f", "memmove", "memmove"],
  ]);
});

Deno.test("FirefoxTables has the texts of files that are known", () => {
  const tables = new FirefoxTables(new Map([["/a.ts", "text"], ["/unseen.ts", "none"]]));
  tables.stackOf([MAIN, functionFrame({ name: "g", file: "/b.ts" })]);
  const { strings, tables: { sources } } = written(tables);
  deepEqual(sources!["filename"]!.map((name) => strings[name as number]), ["/a.ts", "/b.ts"]);
  deepEqual(sources!["content"], ["text", null]);
});
