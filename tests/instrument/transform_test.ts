import { deepEqual, equal, rejects, throws } from "node:assert/strict";

import { transform, type Transformed } from "../../lib/instrument/transform.ts";
import type { SourceKind } from "../../lib/instrument/syntax_tree.ts";

/** The object that the code under test calls, and which bodies it was handed. */
interface Runtime {
  touch(id: number): void;
  run<Result>(id: number, body: () => Result): Result;
  ids: number[];
}

const runtimes: Record<string, Runtime> = {};
Object.assign(globalThis, { transformTestRuntimes: runtimes });
let count = 0;

function instrument(text: string, kind: SourceKind = "module"): [Transformed, Runtime] {
  const key = `r${count++}`;
  const runtime: Runtime = runtimes[key] = {
    ids: [],
    touch(id) {
      this.ids.push(id);
    },
    run(id, body) {
      this.ids.push(id);
      return body();
    },
  };
  const url = "file:///app.ts";
  const options = { url, kind, firstId: 0, runtime: `transformTestRuntimes.${key}` };
  return [transform(text, options), runtime];
}

/** The code without its source map and the marks of its edits, and with `$` for the runtime. */
function code(text: string, kind?: SourceKind): string {
  const [{ source }] = instrument(text, kind);
  return source.slice(0, source.lastIndexOf("\n//# sourceMappingURL="))
    .replace(/\/\*\$[<>].*?\*\//g, "").replace(/transformTestRuntimes\.r\d+/g, "$");
}

/** Imports a module, as it is and instrumented: its exports, and the names of what ran. */
async function both(text: string): Promise<{ plain: unknown; active: unknown; names: string[] }> {
  const [{ source, functions }, runtime] = instrument(text);
  const load = async (text: string) => {
    const module = await import(`data:text/javascript,${encodeURIComponent(text)}%0A//${count++}`);
    return { ...module };
  };
  const [plain, active] = [await load(text), await load(source)];
  const names = [...new Set(runtime.ids)].map((id) => functions[id]!.name);
  return { plain, active, names };
}

/** Runs a CommonJS module, as it is and instrumented. */
function bothCommonJs(text: string): { plain: unknown; active: unknown; names: string[] } {
  const [{ source, functions }, runtime] = instrument(text, "commonjs");
  const load = (text: string) => {
    const module = { exports: {} };
    new Function("exports", "require", "module", "__filename", "__dirname", text)
      .call(module.exports, module.exports, undefined, module, "/app.cjs", "/");
    return module.exports;
  };
  const [plain, active] = [load(text), load(source)];
  return { plain, active, names: [...new Set(runtime.ids)].map((id) => functions[id]!.name) };
}

const GOLDEN: [name: string, before: string, after: string][] = [
  [
    "a declaration",
    "function f(a) { return a; }",
    "function f(a) {return $.run(1,()=>{ return a; })}",
  ],
  [
    "a directive",
    'function f() { "use strict"; g() }',
    'function f() { "use strict";;return $.run(1,()=>{ g() })}',
  ],
  ["an arrow function", "const f = (a) => a + 1;", "const f = (a) => $.run(1,()=>(a + 1));"],
  [
    "an object after an arrow",
    "const f = () => ({ a: 1 });",
    "const f = () => ($.run(1,()=>({ a: 1 })));",
  ],
  [
    "arrows in arrows",
    "const f = a => b => a + b;",
    "const f = a => $.run(1,()=>(b => $.run(2,()=>(a + b))));",
  ],
  ["a method", "({ m() { return 1 } });", "({ m() {return $.run(1,()=>{ return 1 })} });"],
  [
    "a constructor",
    "class A extends B { constructor() { super(); } }",
    "class A extends B { constructor() {return $.run(1,()=>{ super(); })} }",
  ],
  ["statements of a module", "f(); x = 1;", "$.run(0,()=>{f();}); x = 1;"],
  ["an initialiser", "const a = f(), b = 1;", "const a = $.run(0,()=>(f())), b = 1;"],
  [
    "var in a statement",
    "for (var i = 0; i < 3;) i++;",
    "var i;$.run(0,()=>{for ( i = 0; i < 3;) i++;});",
  ],
  [
    "var in a block",
    "f()\n{ var a = 1, b }",
    "$.run(0,()=>{f()});\nvar a,b;$.run(0,()=>{{ void ( a = 1, b) }});",
  ],
  ["what awaits", "const a = await f(g());", "const a = await $.run(0,()=>(f(g())));"],
  [
    "calls around what awaits",
    "a.b(await c(), d());",
    "a.b(await $.run(0,()=>(c())), $.run(0,()=>(d())));",
  ],
  [
    "an async function in pieces",
    "async function f(a) { const x = await g(a); for (;;) { h(x); if (await x) break; } return k(x); }",
    "async function f(a) {$.touch(1); const x = await $.run(1,()=>(g(a))); for (;;) { $.run(1,()=>{h(x);}); if (await x) break; } return $.run(1,()=>(k(x))); }",
  ],
  [
    "an async function without await as a whole",
    "async function f() { return g(); }",
    "async function f() {return $.run(1,()=>{ return g(); })}",
  ],
  [
    "an async arrow function",
    "const f = async (x) => await g(x);",
    "const f = async (x) => ($.touch(1),await $.run(1,()=>(g(x))));",
  ],
  [
    "a generator in pieces",
    "function* f() { 'use strict'; const a = yield g(); h(a); return i(); }",
    "function* f() { 'use strict';;$.touch(1); const a = yield $.run(1,()=>(g())); $.run(1,()=>{h(a);}); return $.run(1,()=>(i())); }",
  ],
  [
    "an async generator in pieces",
    "async function* f() { for await (const x of g()) { yield* h(x); k() } }",
    "async function* f() {$.touch(1); for await (const x of $.run(1,()=>(g()))) { yield* $.run(1,()=>(h(x))); $.run(1,()=>{k()}); } }",
  ],
  [
    "a parameter that is a variable again",
    "function f(p) { var p; g(p); }",
    "function f(p) {$.touch(1); var p; $.run(1,()=>{g(p);}); }",
  ],
  [
    "try, catch and finally from the inside",
    "try { await f() } catch (e) { g(e) } finally { await h(k()) }",
    "try { await $.run(0,()=>(f())) } catch (e) {$.run(0,()=>{ g(e) });} finally { await $.run(0,()=>(h(k()))) }",
  ],
  [
    "what runs in a class",
    "class A { static x = f(); y = g(this); static { h(); } z = () => 1; }",
    "class A { static x = $.run(1,()=>(f())); y = $.run(2,()=>(g(this))); static { $.run(1,()=>{h();}); } z = () => $.run(3,()=>(1)); }",
  ],
];

const PIECES: [name: string, before: string, after: string][] = [
  [
    "what is spread beside what awaits",
    "[...f(), await g()]; h({ a: f(), ...g(), [k()]: await l() });",
    "[...$.run(0,()=>(f())), await $.run(0,()=>(g()))]; " +
    "h({ a: $.run(0,()=>(f())), ...$.run(0,()=>(g())), [$.run(0,()=>(k()))]: await $.run(0,()=>(l())) });",
  ],
  [
    "a class that is exported by default",
    "export default class A { x = f() }",
    "export default class A { x = $.run(1,()=>(f())) }",
  ],
  [
    "what a loop assigns to",
    "for (f().a of await g()) h();",
    "for (f().a of await $.run(0,()=>(g()))) $.run(0,()=>{h();});",
  ],
  [
    "a callee whose object is its this",
    "(f()?.a)(await g());",
    "(f()?.a)(await $.run(0,()=>(g())));",
  ],
  [
    "a loop over a variable with the name async",
    "for (var async of f()) g();",
    "for (var async of $.run(0,()=>(f()))) $.run(0,()=>{g();});",
  ],
];

for (const [name, before, after] of PIECES) {
  Deno.test(`transform() leaves in its place ${name}`, () =>
    equal(code(before), `$.touch(0);${after}`));
}

Deno.test("transform() keeps a division beside its own comments", () => {
  equal(
    instrument("a = 1/f(await g())/h()/k(); /* c */f(); l(/x/)")[0].source
      .replace(/\n.*\n$/, "").replaceAll(/transformTestRuntimes\.r\d+/g, "$"),
    "/*$<*/$.touch(0);/*$>*/a = 1/f(await /*$<*/$.run(0,()=>(/*$>*/g()/*$<*/))/*$>*/)/*$</*/" +
      "/$.run(0,()=>(/*$>*/h()/*$<*/))/*$>*//*$</*//$.run(0,()=>(/*$>*/k()/*$<*/))/*$>*/; " +
      "/* c *//*$<*/$.run(0,()=>{/*$>*/f();/*$<*/});/*$>*/ " +
      "/*$<*/$.run(0,()=>{/*$>*/l(/x/)/*$<*/});/*$>*/",
  );
});

Deno.test("transform() keeps var where it cannot be an assignment", () => {
  const pieces = (body: string) => code(`function* f() { ${body} }`, "script");
  equal(
    pieces("for (var a = 0 in b()) c(a)"),
    "function* f() {$.touch(0); for (var a = 0 in $.run(0,()=>(b()))) $.run(0,()=>{c(a)}); }",
  );
  equal(
    pieces("for (var let of b()) c()"),
    "function* f() {$.touch(0); for (var let of $.run(0,()=>(b()))) $.run(0,()=>{c()}); }",
  );
  equal(pieces("with (a) { var b; c() }"), "function* f() {$.touch(0); with (a) { var b; c() } }");
});

for (const [name, before, after] of GOLDEN) {
  Deno.test(`transform() wraps ${name}`, () => equal(code(before), `$.touch(0);${after}`));
}

Deno.test("transform() wraps a CommonJS module as the function it is", () => {
  equal(
    code('"use strict"\nvar a = f()\nreturn a', "commonjs"),
    '"use strict"\n;return $.run(0,()=>{var a = f()\nreturn a})',
  );
});

Deno.test("transform() leaves functions with a direct eval in sloppy mode, or inside with", () => {
  const [{ skipped }] = instrument(
    `
    function a() { eval("var x"); }
    function b() { (() => eval("var x"))(); }
    function c() { "use strict"; eval("var x"); }
    with ({}) { (function d() {}); }
  `,
    "commonjs",
  );
  deepEqual(skipped.map(({ name, reason }) => [name, reason]), [
    ["a", "calls eval in sloppy mode"],
    ["b", "calls eval in sloppy mode"],
    ["b.<anonymous>", "calls eval in sloppy mode"],
    ["d", 'inside "with"'],
  ]);
});

Deno.test("transform() leaves sloppy functions of a file that asks for their caller", () => {
  const { plain, active } = bothCommonJs(`
    function inner() { return inner.caller === outer; }
    function outer() { return inner(); }
    exports.same = outer();
  `);
  deepEqual(active, plain);
  const [{ skipped }] = instrument(
    "function a() { return a.caller; } function b() { 'use strict'; }",
    "commonjs",
  );
  deepEqual(skipped.map(({ name, reason }) => [name, reason]), [
    ["<module>", 'its file asks for "caller"'],
    ["a", 'its file asks for "caller"'],
  ]);
});

Deno.test("transform() leaves global code, whose functions it wraps", () => {
  equal(
    code("var a = f(); function f() { return 1 }", "script"),
    "var a = f(); function f() {return $.run(0,()=>{ return 1 })}",
  );
});

Deno.test("transform() names functions by where they stand", () => {
  const [{ functions }] = instrument(`
    function outer() { function inner() { return () => 1; } }
    const arrow = () => 1, expression = function () {}, named = function own() {};
    const object = { key: () => 1, method() {}, get x() {}, set x(v) {}, "a b"() {}, [k()]() {} };
    class C {
      constructor() {}
      m() { [].map((x) => x); }
      static s() {}
      get g() {}
      #p() {}
      field = () => 1;
      [Symbol.iterator]() {}
    }
    const D = class { m() {} };
    f(function () {});
    let late; late = () => 1;
    C.prototype.added = function () {};
    export default () => 1;
  `);
  deepEqual(functions.map(({ name }) => name).filter((name) => name !== "<module>"), [
    "outer",
    "outer.inner",
    "outer.inner.<anonymous>",
    "arrow",
    "expression",
    "own",
    "object.key",
    "object.method",
    "object.get x",
    "object.set x",
    "object.a b",
    "object.[k()]",
    "C.constructor",
    "C.m",
    "C.m.<anonymous>",
    "C.s",
    "C.get g",
    "C.#p",
    "C.field",
    "C.[Symbol.iterator]",
    "D.m",
    "<anonymous>",
    "late",
    "C.added",
    "default",
  ]);
});

Deno.test("transform() adds no line", () => {
  const text = "#!/usr/bin/env deno\nimport 'a';\n\nfunction f() {\n  g();\n}\nf();\n";
  equal(code(text).split("\n").length, text.split("\n").length);
});

Deno.test("transform() finds lines through the inline source map", () => {
  // What a compiler made of: interface A {}\ninterface B {}\nfunction f() {}
  const map = { version: 3, sources: ["file:///app.ts"], names: [], mappings: "AAEA,SAAS,KAAK" };
  const text = `function f() {}\n//# sourceMappingURL=data:application/json;base64,${
    btoa(JSON.stringify(map))
  }`;
  const [{ functions, map: composed }] = instrument(text);
  deepEqual(functions.at(-1), { name: "f", line: 3 });
  deepEqual(composed.sources, ["file:///app.ts"]);
});

Deno.test("transform() survives a source map that is none", () => {
  const text = "function f() {}\n//# sourceMappingURL=data:application/json;base64,AAAA";
  const [{ functions }] = instrument(text);
  deepEqual(functions.at(-1), { name: "f", line: 1 });
});

Deno.test("transform() leaves syntax errors to the runtime", () => {
  throws(() => instrument("function ("), SyntaxError);
});

const MODULES: [name: string, text: string, names: string[]][] = [
  [
    "this, arguments and rest parameters",
    "function f(a, ...r) { return [this?.x, arguments.length, a, r.length]; }\n" +
    "export const r = f.call({ x: 1 }, 2, 3, 4), l = f.length, n = f.name;",
    ["<module>", "f"],
  ],
  [
    "default parameters that see each other",
    "const f = (a, b = () => a, { c = b() } = {}) => [a, b(), c]; export const r = f(1);",
    ["<module>", "f.b", "f"],
  ],
  [
    "new, new.target and returned objects",
    "function F(x) { this.x = x; this.t = new.target === F; if (x > 1) return { other: x }; }\n" +
    "export const a = { ...new F(1) }, b = { ...new F(2) }, c = new F(1) instanceof F;",
    ["<module>", "F"],
  ],
  [
    "classes with fields, super and private members",
    "class A { #p = 1; f = this.#p + 1; constructor(x) { this.x = x; } get p() { return this.#p; }\n" +
    "  m() { return 'A'; } static s() { return super.toString === Function.prototype.toString; } }\n" +
    "class B extends A { g = 3; constructor() { super(5); this.y = this.g; } m() { return super.m() + 'B'; } }\n" +
    "const b = new B(); export const r = [b.x, b.y, b.f, b.p, b.m(), A.s()];",
    ["<module>", "B.constructor", "A.constructor", "A.get p", "B.m", "A.m", "A.s"],
  ],
  [
    "labels, loops and try",
    "function f() { outer: for (const a of [1, 2, 3]) { for (;;) { if (a < 3) continue outer; break outer; } }\n" +
    "  try { return 'try'; } finally { f.done = true; } }\n" +
    "export const r = f(), d = f.done;",
    ["<module>", "f"],
  ],
  [
    "hoisting and functions used before their declaration",
    "export const r = early(); function early() { return typeof later + inner(); function inner() { return 1; } }\n" +
    "var later = 1;",
    ["<module>", "early", "early.inner"],
  ],
  [
    "var of blocks and loops at the top",
    "for (var i = 0, seen = []; i < 3; i++) { var [last = 7] = [i]; seen.push(() => i); }\n" +
    "for (var k in { a: 1, b: 2 }); if (seen) { var { length } = seen } try { throw 1 } catch (e) { var e2 = e }\n" +
    "export const r = [i, last, k, length, e2, seen[0]()];",
    ["<module>", "<anonymous>"],
  ],
  [
    "top-level await in every place",
    "const f = async (x) => x; const g = (x) => x;\n" +
    "const a = await f(g(1)); let s = 0; for (const x of [1, await f(2)]) { s += await f(g(x)); }\n" +
    "for await (const x of [f(3)]) s += g(x);\n" +
    "if (await f(true)) { s += g(10); } else { s = 0; }\n" +
    "switch (await f(1)) { case 1: s += g(100); break; default: s = -1; }\n" +
    "export const r = [a, s, (await f({ m: () => 5 }))?.m(), `${await f(6)}`];",
    ["<module>", "g", "f", "m"],
  ],
  [
    "temporal dead zones",
    "let r; try { later; r = 'no'; } catch (e) { r = e.name; } const later = r && 1; export { r, later };",
    ["<module>"],
  ],
  [
    "exceptions",
    "const error = new Error('x'); function f() { throw error; }\n" +
    "let same; try { f(); } catch (e) { same = e === error; } export { same };",
    ["<module>", "f"],
  ],
  [
    "tagged templates",
    "function tag(strings, ...values) { return strings.raw.join('|') + values; }\n" +
    "export const r = tag`a${1}b${2}`;",
    ["<module>", "tag"],
  ],
  [
    "names of functions and classes",
    "export const a = () => {}, b = function () {}, c = class { static n = this.name; };\n" +
    "export const r = [a.name, b.name, c.name, c.n].join(); export default () => 1;",
    ["<module>"],
  ],
  [
    "getters, setters and symbols",
    "const o = { v: 1, get x() { return this.v; }, set x(y) { this.v = y; }, [Symbol.toPrimitive]() { return 9; } };\n" +
    "o.x = 4; export const r = [o.x, +o];",
    ["<module>", "o.set x", "o.get x", "o.[Symbol.toPrimitive]"],
  ],
];

for (const [name, text, names] of MODULES) {
  Deno.test(`transform() does not change ${name}`, async () => {
    const result = await both(text);
    const comparable = (exports: unknown) =>
      JSON.stringify(
        exports,
        (_, value) => typeof value === "function" ? `${value.name}()` : value,
      );
    equal(comparable(result.active), comparable(result.plain));
    deepEqual(result.names, names);
  });
}

Deno.test("transform() names a function that is exported without a name default", () => {
  const [{ functions }] = instrument("export default function () {}");
  deepEqual(functions.map(({ name }) => name), ["<module>", "default"]);
});

Deno.test("transform() keeps an exception of a module's body", async () => {
  const [{ source }] = instrument("function f() { throw new TypeError('boom'); }\nf();");
  await rejects(import(`data:text/javascript,${encodeURIComponent(source)}`), TypeError);
});

Deno.test("transform() does not change CommonJS modules", () => {
  const { plain, active, names } = bothCommonJs(`
    exports.sloppyThis = (function () { return this === globalThis; })();
    exports.aliased = (function (a) { arguments[0] = 2; return a; })(1);
    exports.callee = (function () { return arguments.callee.name; })();
    exports.self = this === module.exports;
    exports.late = typeof hoisted; function hoisted() {}
    if (true) { function inBlock() {} } exports.block = typeof inBlock;
    for (var i = 0; i < 2; i++); exports.i = i;
    if (exports.i) return;
    exports.never = 1;
  `);
  deepEqual(active, plain);
  deepEqual(names, ["<module>", "<anonymous>", "<anonymous>", "<anonymous>"]);
});
