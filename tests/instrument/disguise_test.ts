import { equal, throws } from "node:assert/strict";
import vm from "node:vm";

import { disguiseFunctions } from "../../lib/instrument/disguise.ts";
import { transform } from "../../lib/instrument/rewrite/transform.ts";

/** Runs a script, instrumented, in a realm whose functions are disguised. */
function evaluate(text: string): unknown {
  const run = (_: number) => (body: () => unknown) => body();
  const runArrow = (_: number, body: () => unknown) => body();
  const context = vm.createContext({ $: { pieceOf: run, runArrow, touch: () => {} } });
  disguiseFunctions(vm.runInContext("globalThis", context));
  const options = { url: "file:///a.js", kind: "commonjs", firstId: 0, runtime: "$" } as const;
  const { source } = transform(text, options);
  return vm.runInContext(`(function () {${source}})()`, context);
}

const TEXTS = [
  "function f(a, b) { 'use strict'; return [() => a, function () {}]; }",
  "(a) => b => a /* c */ + b",
  "async (x) => await f(x)",
  "async (x) => x/f(await x)/g()/ h(/i/)",
  "(x) => /y/",
  "async function f() { for (var i = 0; i < 3; i++) { var x = await g(); h(x) } }",
  "function* f() { for (var [a, b] of c()) d(a); yield e() }",
  "class A extends Array { static x = f(); #y = g(); static { h(); } m() { return this.#y } }",
  "function f() { for (var i = g(); i; ) { var j, k = h(i); i = await_; } } // end",
];

for (const text of TEXTS) {
  Deno.test(`disguiseFunctions() shows the original text of ${text.slice(0, 40)}`, () => {
    const own = text.replace(/ \/\/ end$/, "");
    // In parentheses nothing of it runs, and in a function nothing is missed.
    equal(
      evaluate(`const f = 0, g = 0, h = 0; return (function () { return (${text}\n) }).toString()`),
      `function () { return (${text}\n) }`,
    );
    if (!/static/.test(text)) equal(evaluate(`return String(${own})`), own);
  });
}

Deno.test("disguiseFunctions() leaves no trace on toString itself", () => {
  equal(
    evaluate("return Function.prototype.toString.toString()"),
    "function toString() { [native code] }",
  );
  equal(
    evaluate("return Function.prototype.toString.call(Array)"),
    "function Array() { [native code] }",
  );
  equal(
    evaluate("return Function.prototype.toString.name + Function.prototype.toString.length"),
    "toString0",
  );
  equal(evaluate("return 'prototype' in Function.prototype.toString"), false);
  equal(evaluate("return Function.prototype.toString instanceof Function"), true);
  equal(
    evaluate(
      "return JSON.stringify(Object.getOwnPropertyDescriptor(Function.prototype, 'toString'))",
    ),
    '{"writable":true,"enumerable":false,"configurable":true}',
  );
  throws(() => evaluate("return Function.prototype.toString.call({})"), { name: "TypeError" });
});
