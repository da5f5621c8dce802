import { deepEqual, equal, ok } from "node:assert/strict";

import { APPLY } from "../../lib/engines/engine.ts";
import { FunctionTable } from "../../lib/activation/function_table.ts";

const label = (name: string) => ({ name, file: "a.ts", line: 1 });

Deno.test("FunctionTable.addAll() gives consecutive numbers from 1", () => {
  const table = new FunctionTable();
  equal(table.length, 1);
  deepEqual([...table.argumentsFrom(1)], []);
  table.addAll([label("a"), label("b")], [2, APPLY]);
  equal(table.length, 3);
  table.addAll([], []);
  table.addAll([label("c")], Uint8Array.of(0));
  equal(table.length, 4);
  deepEqual([1, 2, 3].map((id) => table.label(id)?.name), ["a", "b", "c"]);
  deepEqual([...table.argumentsFrom(1)], [2, APPLY, 0]);
  deepEqual([...table.argumentsFrom(3)], [0]);
  deepEqual([...table.argumentsFrom(4)], []);
});

Deno.test("FunctionTable.add() reserves more and more numbers for functions of one form", () => {
  const table = new FunctionTable();
  const growths: number[] = [];
  for (let i = 1, length = 1; i <= 5000; i++) {
    equal(table.add(label(`f${i}`), APPLY), i);
    if (table.length !== length) growths.push(table.length - length);
    length = table.length;
  }
  deepEqual(growths, [16, 32, 64, 128, 256, 512, 1024, 1024, 1024, 1024]);
  equal(table.label(4999)?.name, "f4999");
  ok(table.argumentsFrom(1).every((args) => args === APPLY));
});

Deno.test("FunctionTable.has() compares labels and forms from a number on", () => {
  const table = new FunctionTable();
  const first = table.length;
  table.addAll([label("f"), label("g")], [1, APPLY]);
  equal(table.has(first, [label("f"), label("g")], [1, APPLY]), true);
  equal(table.has(first, [label("f")], [1]), true);
  equal(table.has(first, [label("f"), label("h")], [1, APPLY]), false);
  equal(table.has(first, [label("f"), { ...label("g"), line: 9 }], [1, APPLY]), false);
  equal(table.has(first, [label("f"), label("g")], [1, 2]), false);
  equal(table.has(first, [label("f"), label("g"), label("h")], [1, APPLY, 0]), false);
});

Deno.test("FunctionTable keeps forms, and those that come at once and one by one, apart", () => {
  const table = new FunctionTable();
  const expected = new Map<number, [name: string, args: number]>();
  let count = 0;
  for (let round = 0; round < 200; round++) {
    for (const args of [0, APPLY, 3]) {
      const name = `f${count++}`;
      const id = table.add(label(name), args);
      ok(!expected.has(id), `number ${id} twice`);
      expected.set(id, [name, args]);
    }
    const first = table.length;
    const many = Array.from({ length: round % 3 }, (_, i) => [`g${round}.${i}`, i % 6] as const);
    table.addAll(many.map(([name]) => label(name)), many.map(([, args]) => args));
    equal(table.length, first + many.length);
    many.forEach(([name, args], i) => expected.set(first + i, [name, args]));
  }
  const all = table.argumentsFrom(0);
  equal(all.length, table.length);
  for (const [id, [name, args]] of expected) {
    deepEqual([table.label(id)?.name, all[id]], [name, args]);
  }
});
