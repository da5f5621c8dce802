/*
 * A program cannot tell that it is instrumented: it behaves the same plain and transformed.
 */
import { deepEqual, rejects } from "node:assert/strict";

import { sameInEveryWay, ways } from "../support/every_way.ts";
import { importModule, instrument, runCommonJs } from "../support/instrumented.ts";

const MODULES: [name: string, text: string, names: string[]][] = [
  [
    "this, arguments and rest parameters",
    "function f(a, ...r) { return [this?.x, arguments.length, a, r.length]; }\n" +
    "export const r = f.call({ x: 1 }, 2, 3, 4), l = f.length, n = f.name;",
    ["f"],
  ],
  [
    "default parameters that see each other",
    "const f = (a, b = () => a, { c = b() } = {}) => [a, b(), c]; export const r = f(1);",
    ["f.b", "f"],
  ],
  [
    "new, new.target and returned objects",
    "function F(x) { this.x = x; this.t = new.target === F; if (x > 1) return { other: x }; }\n" +
    "export const a = { ...new F(1) }, b = { ...new F(2) }, c = new F(1) instanceof F;",
    ["F"],
  ],
  [
    "classes with fields, super and private members",
    "class A { #p = 1; f = this.#p + 1; constructor(x) { this.x = x; } get p() { return this.#p; }\n" +
    "  m() { return 'A'; } static s() { return super.toString === Function.prototype.toString; } }\n" +
    "class B extends A { g = 3; constructor() { super(5); this.y = this.g; } m() { return super.m() + 'B'; } }\n" +
    "const b = new B(); export const r = [b.x, b.y, b.f, b.p, b.m(), A.s()];",
    ["B.constructor", "A.constructor", "A.get p", "B.m", "A.m", "A.s"],
  ],
  [
    "labels, loops and try",
    "function f() { outer: for (const a of [1, 2, 3]) { for (;;) { if (a < 3) continue outer; break outer; } }\n" +
    "  try { return 'try'; } finally { f.done = true; } }\n" +
    "export const r = f(), d = f.done;",
    ["f"],
  ],
  [
    "hoisting and functions used before their declaration",
    "export const r = early(); function early() { return typeof later + inner(); function inner() { return 1; } }\n" +
    "var later = 1;",
    ["early", "early.inner"],
  ],
  [
    "var of blocks and loops at the top",
    "for (var i = 0, seen = []; i < 3; i++) { var [last = 7] = [i]; seen.push(() => i); }\n" +
    "for (var k in { a: 1, b: 2 }); if (seen) { var { length } = seen } try { throw 1 } catch (e) { var e2 = e }\n" +
    "export const r = [i, last, k, length, e2, seen[0]()];",
    ["<anonymous>"],
  ],
  [
    "top-level await in every place",
    "const f = async (x) => x; const g = (x) => x;\n" +
    "const a = await f(g(1)); let s = 0; for (const x of [1, await f(2)]) { s += await f(g(x)); }\n" +
    "for await (const x of [f(3)]) s += g(x);\n" +
    "if (await f(true)) { s += g(10); } else { s = 0; }\n" +
    "switch (await f(1)) { case 1: s += g(100); break; default: s = -1; }\n" +
    "export const r = [a, s, (await f({ m: () => 5 }))?.m(), `${await f(6)}`];",
    ["g", "f", "m"],
  ],
  [
    "temporal dead zones",
    "let r; try { later; r = 'no'; } catch (e) { r = e.name; } const later = r && 1; export { r, later };",
    [],
  ],
  [
    "exceptions",
    "const error = new Error('x'); function f() { throw error; }\n" +
    "let same; try { f(); } catch (e) { same = e === error; } export { same };",
    ["f"],
  ],
  [
    "tagged templates",
    "function tag(strings, ...values) { return strings.raw.join('|') + values; }\n" +
    "export const r = tag`a${1}b${2}`;",
    ["tag"],
  ],
  [
    "names of functions and classes",
    "export const a = () => {}, b = function () {}, c = class { static n = this.name; };\n" +
    "export const r = [a.name, b.name, c.name, c.n].join(); export default () => 1;",
    [],
  ],
  [
    "getters, setters and symbols",
    "const o = { v: 1, get x() { return this.v; }, set x(y) { this.v = y; }, [Symbol.toPrimitive]() { return 9; } };\n" +
    "o.x = 4; export const r = [o.x, +o];",
    ["o.set x", "o.get x", "o.[Symbol.toPrimitive]"],
  ],
];

for (const [name, text, names] of MODULES) {
  Deno.test(`transform() does not change ${name}`, async () => {
    deepEqual(await sameInEveryWay(text), names);
  });
}

Deno.test("transform() does not change an exception of a module's body", async () => {
  for (const { source } of ways("function f() { throw new TypeError('boom'); }\nf();", "module")) {
    await rejects(importModule(source), TypeError);
  }
});

Deno.test("transform() does not change CommonJS modules", async () => {
  const names = await sameInEveryWay(
    `
    exports.sloppyThis = (function () { return this === globalThis; })();
    exports.aliased = (function (a) { arguments[0] = 2; return a; })(1);
    exports.callee = (function () { return arguments.callee.name; })();
    exports.self = this === module.exports;
    exports.late = typeof hoisted; function hoisted() {}
    if (true) { function inBlock() {} } exports.block = typeof inBlock;
    for (var i = 0; i < 2; i++); exports.i = i;
    if (exports.i) return;
    exports.never = 1;
  `,
    "commonjs",
  );
  deepEqual(names, ["<anonymous>", "<anonymous>", "<anonymous>"]);
});

Deno.test("transform() leaves sloppy functions unchanged in a file that uses their caller", () => {
  const text = `
    function inner() { return inner.caller === outer; }
    function outer() { return inner(); }
    exports.same = outer();
  `;
  const plain = runCommonJs(text);
  for (const { source } of ways(text, "commonjs")) deepEqual(runCommonJs(source), plain);
  const { skipped } = instrument(
    "function a() { return a.caller; } function b() { 'use strict'; }",
    { kind: "commonjs" },
  );
  deepEqual(skipped.map(({ name, reason }) => [name, reason]), [
    ["<module>", 'its file asks for "caller"'],
    ["a", 'its file asks for "caller"'],
  ]);
});
