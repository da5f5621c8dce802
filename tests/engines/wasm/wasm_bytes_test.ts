import { deepEqual, equal } from "node:assert/strict";

import { moduleStart, OP, SECTION, WasmBytes } from "../../../lib/engines/wasm/wasm_bytes.ts";

const bytes = (written: WasmBytes): number[] => [...written.finish()];

Deno.test("WasmBytes.unsigned() is LEB128", () => {
  // Of the specification's and DWARF's examples, and the borders of every length.
  const examples: [value: number, encoded: number[]][] = [
    [0, [0x00]],
    [2, [0x02]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    [129, [0x81, 0x01]],
    [12857, [0xb9, 0x64]],
    [16383, [0xff, 0x7f]],
    [16384, [0x80, 0x80, 0x01]],
    [624485, [0xe5, 0x8e, 0x26]],
    [0xffffffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ];
  for (const [value, encoded] of examples) {
    deepEqual(bytes(new WasmBytes().unsigned(value)), encoded, String(value));
  }
});

Deno.test("WasmBytes.constant() is i32.const with signed LEB128", () => {
  const examples: [value: number, encoded: number[]][] = [
    [0, [0x00]],
    [2, [0x02]],
    [63, [0x3f]],
    [64, [0xc0, 0x00]],
    [127, [0xff, 0x00]],
    [128, [0x80, 0x01]],
    [8191, [0xff, 0x3f]],
    [8192, [0x80, 0xc0, 0x00]],
    [-1, [0x7f]],
    [-2, [0x7e]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-128, [0x80, 0x7f]],
    [-129, [0xff, 0x7e]],
    [-123456, [0xc0, 0xbb, 0x78]],
    [0x7fffffff, [0xff, 0xff, 0xff, 0xff, 0x07]],
    [-0x80000000, [0x80, 0x80, 0x80, 0x80, 0x78]],
  ];
  for (const [value, encoded] of examples) {
    deepEqual(bytes(new WasmBytes().constant(value)), [OP.i32Const, ...encoded], String(value));
  }
});

Deno.test("WasmBytes.unsignedFrom() equals a sequence of unsigned()", () => {
  const numbers = new WasmBytes();
  for (let i = 0; i < 20_000; i++) numbers.unsigned(120 + i);
  deepEqual(bytes(new WasmBytes().unsignedFrom(120, 20_000)), bytes(numbers));
  deepEqual(bytes(new WasmBytes().byte(1).unsignedFrom(7, 0).unsignedFrom(127, 2)), [
    1,
    0x7f,
    0x80,
    0x01,
  ]);
});

Deno.test("WasmBytes.openSection() and .closeSection() put the length in front, in five bytes", () => {
  const written = new WasmBytes().openSection(SECTION.code).bytes(7, 8).closeSection()
    .openSection(SECTION.element).closeSection();
  deepEqual(bytes(written), [10, 0x82, 0x80, 0x80, 0x80, 0, 7, 8, 9, 0x80, 0x80, 0x80, 0x80, 0]);
  const custom = moduleStart().openSection(SECTION.custom).name("a");
  for (let i = 0; i < 300; i++) custom.byte(i & 0xff);
  const module = new WebAssembly.Module(custom.closeSection().finish());
  const [content] = WebAssembly.Module.customSections(module, "a");
  deepEqual([...new Uint8Array(content!)], Array.from({ length: 300 }, (_, i) => i & 0xff));
});

Deno.test("WasmBytes.name() and .sized() put the length in front", () => {
  deepEqual(bytes(new WasmBytes().name("")), [0]);
  deepEqual(bytes(new WasmBytes().name("e2")), [2, 0x65, 0x32]);
  deepEqual(bytes(new WasmBytes().sized(new WasmBytes().bytes(7, 8, 9))), [3, 7, 8, 9]);
  const long = bytes(new WasmBytes().name("x".repeat(200)));
  deepEqual(long.slice(0, 3), [0xc8, 0x01, 0x78]);
  equal(long.length, 202);
});

Deno.test("WasmBytes grows as needed, and keeps its content", () => {
  const written = new WasmBytes();
  for (let i = 0; i < 10_000; i++) written.byte(i & 0xff);
  const result = bytes(written);
  equal(result.length, 10_000);
  equal(result.every((byte, i) => byte === (i & 0xff)), true);
  // The finished bytes are no longer than their content.
  equal(new WasmBytes().byte(1).finish().length, 1);
});

Deno.test("WasmBytes.clear() drops the content, and keeps the memory", () => {
  const written = new WasmBytes(4).bytes(1, 2, 3, 4, 5);
  const before = written.finish();
  deepEqual(bytes(written.clear().append(Uint8Array.of(9, 8))), [9, 8]);
  equal(written.finish().buffer, before.buffer);
  deepEqual(bytes(moduleStart(written)), bytes(moduleStart()));
});

Deno.test("WasmBytes.section() and moduleStart() make a valid module", () => {
  const empty = moduleStart();
  deepEqual(bytes(empty), [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  equal(WebAssembly.validate(empty.finish()), true);
  const custom = moduleStart().section(SECTION.custom, new WasmBytes().name("a").bytes(1, 2));
  deepEqual(bytes(custom).slice(8), [0, 4, 1, 0x61, 1, 2]);
  const [content] = WebAssembly.Module.customSections(new WebAssembly.Module(custom.finish()), "a");
  deepEqual([...new Uint8Array(content!)], [1, 2]);
});
