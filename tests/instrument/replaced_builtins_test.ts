/*
 * Programs that replace builtins by their own functions, which are instrumented as all others. The
 * code that makes trampolines avoids these functions, and does not wait for itself if it must call
 * one.
 */
import { deepEqual, equal, ok } from "node:assert/strict";

import { runProgram } from "../support/program.ts";

const preload = new URL("../../lib/preload.ts", import.meta.url).href;
const options = {
  flags: ["--allow-all", `--preload=${preload}`],
  env: { JS_PERF_SUPPORT: "1" },
};

Deno.test("activation does not call a replaced builtin", async () => {
  await using program = await runProgram(
    `
const { log } = console;
const called = new Set();
function replace(holder, key) {
  const original = holder[key];
  holder[key] = function (...args) {
    called.add(key);
    return Reflect.apply(original, this, args);
  };
}
const { apply } = Reflect;
replace(Reflect, "apply");
replace(Math, "max");
replace(Number, "isSafeInteger");
replace(BigInt, "asUintN");
replace(Number.prototype, "toString");
replace(BigInt.prototype, "toString");
replace(String.prototype, "replace");
replace(String.prototype, "slice");
replace(RegExp.prototype, "exec");
replace(Array.prototype, Symbol.iterator);
replace(Function.prototype, "call");
replace(Object.getPrototypeOf(Int32Array.prototype), "fill");
replace(Object.getPrototypeOf(Int32Array.prototype), "set");
replace(TextEncoder.prototype, "encode");
called.clear();
class Late { static #x = first(); get x() { return Late.#x; } }
function first() { return 1; }
function* numbers() { yield first(); }
const x = new Late().x + numbers().next().value;
log(x, called.size);
`,
    options,
  );
  equal(program.stderr, "");
  equal(program.stdout, "2 0\n");
});

Deno.test("activation makes a trampoline even if the program has replaced a builtin", async () => {
  await using program = await runProgram(
    `
const { prototype } = Object.getPrototypeOf(Uint8Array);
const { subarray } = prototype;
prototype.subarray = function replaced(...args) { return subarray.apply(this, args); };
function late() { return 42; }
console.log(late());
`,
    options,
  );
  equal(program.stderr, "");
  equal(program.stdout, "42\n");
  const symbols = await program.symbols();
  deepEqual(symbols.filter((name) => name.includes("late")), ["js::late:program.ts:4"]);
});

Deno.test("V8's code is found without calling a replaced builtin", async () => {
  await using program = await runProgram(
    `
const called = new Set();
const { apply } = Reflect;
function replace(holder, key) {
  const original = holder[key];
  holder[key] = function (...args) {
    called.add(key);
    return new.target ? new original(...args) : apply(original, this, args);
  };
}
const { log } = console;
let sum = 0;
function small(n) { return (sum * 31 + n) | 0; }
function outer(n) { for (let i = 0; i < 50; i++) sum = small(n + i); }
for (const key of ["apply", "getOwnPropertyDescriptor", "construct"]) replace(Reflect, key);
for (const key of ["create", "defineProperty"]) replace(Object, key);
for (const key of ["min", "max", "round", "abs"]) replace(Math, key);
for (const key of ["BigInt", "Number", "Int32Array", "Uint8Array", "Uint32Array"]) replace(globalThis, key);
replace(Number, "isSafeInteger");
replace(performance, "now");
replace(Array.prototype, "push");
for (const key of ["set", "fill", "subarray"]) replace(Object.getPrototypeOf(Int32Array.prototype), key);
called.clear();
for (let i = 0; i < 100_000; i++) outer(i);
log(called.size, [...called].join());
`,
    options,
  );
  equal(program.stderr, "");
  equal(program.stdout, "0 \n");
  const names = (await program.symbols()).filter((name) => /small|outer/.test(name));
  deepEqual(new Set(names).size, 2);
  ok(names.length >= 4, names.join());
});
