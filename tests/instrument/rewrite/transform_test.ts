import { deepEqual, equal, throws } from "node:assert/strict";

import { transform } from "../../../lib/instrument/rewrite/transform.ts";
import { type Node, parseSource } from "../../../lib/source/syntax_tree.ts";
import { code, guard, guardedExpression, instrument } from "../../support/instrumented.ts";

const GOLDEN: [name: string, before: string, after: string][] = [
  [
    "a declaration",
    "function f(a) { return a; }",
    `function f(a) {${guard("e1(1,f,this,a)")} return a; }`,
  ],
  [
    "a directive",
    'function f() { "use strict"; g() }',
    `function f() { "use strict";;${guard("e0(1,f,this)")} g() }`,
  ],
  [
    "an arrow function",
    "const f = (a) => a + 1;",
    `const f = (a) => ${guardedExpression((f) => `e1(1,${f},void 0,a)`)}a + 1);`,
  ],
  [
    "an arrow function that nothing names",
    "((a) => a + 1);",
    "((a) => (0,$.runArrow)(1,()=>(a + 1)));",
  ],
  [
    "a declaration that nothing names",
    "export default function () { return 1; }",
    "export default function () {return (0,$.pieceOf)(1)(function $p(){ return 1; })}",
  ],
  [
    "an object after an arrow",
    "const f = () => ({ a: 1 });",
    `const f = () => (${guardedExpression((f) => `e0(1,${f},void 0)`)}{ a: 1 }));`,
  ],
  [
    "arrows in arrows",
    "const f = a => b => a + b;",
    `const f = a => ${
      guardedExpression((f) => `e1(1,${f},void 0,a)`)
    }b => (0,$.runArrow)(2,()=>(a + b)));`,
  ],
  [
    "a method",
    "({ m() { return 1 } });",
    "({ m() {return (0,$.pieceOf)(1)(function $p(){ return 1 })} });",
  ],
  [
    "a constructor",
    "class A extends B { constructor() { super(); } }",
    "class A extends B { constructor() {return (0,$.runArrow)(1,()=>{ super(); })} }",
  ],
  ["statements of a module", "f(); x = 1;", ";(0,$.pieceOf)(0)(function $p(){f();}); x = 1;"],
  [
    "an initialiser",
    "const a = f(), b = 1;",
    "const a = (0,$.pieceOf)(0)(function $p(){return(f())}), b = 1;",
  ],
  [
    "var in a statement",
    "for (var i = 0; i < 3;) i++;",
    "var i;(0,$.pieceOf)(0)(function $p(){for ( i = 0; i < 3;) i++;});",
  ],
  [
    "var in a block",
    "f()\n{ var a = 1, b }",
    ";(0,$.pieceOf)(0)(function $p(){f()});\nvar a,b;(0,$.pieceOf)(0)(function $p(){{ void ( a = 1, b) }});",
  ],
  [
    "what awaits",
    "const a = await f(g());",
    "const a = await (0,$.pieceOf)(0)(function $p(){return(f(g()))});",
  ],
  [
    "calls around what awaits",
    "a.b(await c(), d());",
    ";a.b(await (0,$.pieceOf)(0)(function $p(){return(c())}), (0,$.pieceOf)(0)(function $p(){return(d())}));",
  ],
  [
    "an async function in pieces",
    "async function f(a) { const x = await g(a); for (;;) { h(x); if (await x) break; } return k(x); }",
    "async function f(a) {$.touch(1); const x = await (0,$.pieceOf)(1)(function $p(){return(g(a))}); for (;;) { ;(0,$.pieceOf)(1)(function $p(){h(x);}); if (await x) break; } return (0,$.pieceOf)(1)(function $p(){return(k(x))}); }",
  ],
  [
    "an async function without await as a whole",
    "async function f() { return g(); }",
    "async function f() {return (0,$.pieceOf)(1)(function $p(){ return g(); })}",
  ],
  [
    "an async arrow function",
    "const f = async (x) => await g(x);",
    "const f = async (x) => ($.touch(1),await (0,$.pieceOf)(1)(function $p(){return(g(x))}));",
  ],
  [
    "a generator in pieces",
    "function* f() { 'use strict'; const a = yield g(); h(a); return i(); }",
    "function* f() { 'use strict';;$.touch(1); const a = yield (0,$.pieceOf)(1)(function $p(){return(g())}); ;(0,$.pieceOf)(1)(function $p(){h(a);}); return (0,$.pieceOf)(1)(function $p(){return(i())}); }",
  ],
  [
    "an async generator in pieces",
    "async function* f() { for await (const x of g()) { yield* h(x); k() } }",
    "async function* f() {$.touch(1); for await (const x of (0,$.pieceOf)(1)(function $p(){return(g())})) { ;yield* (0,$.pieceOf)(1)(function $p(){return(h(x))}); ;(0,$.pieceOf)(1)(function $p(){k()}); } }",
  ],
  [
    "a parameter that is a variable again",
    "export default function (p) { var p; g(p); }",
    "export default function (p) {$.touch(1); var p; ;(0,$.pieceOf)(1)(function $p(){g(p);}); }",
  ],
  [
    "try, catch and finally from the inside",
    "try { await f() } catch (e) { g(e) } finally { await h(k()) }",
    "try { ;await (0,$.pieceOf)(0)(function $p(){return(f())}) } catch (e) {(0,$.pieceOf)(0)(function $p(){ g(e) });} finally { ;await (0,$.pieceOf)(0)(function $p(){return(h(k()))}) }",
  ],
  [
    "what runs in a class",
    "class A { static x = f(); y = g(this); static { h(); } z = () => 1; }",
    "class A { static x = (0,$.pieceOf)(1)(function $p(){return(f())}); y = (0,$.pieceOf)(2)(function $p(){return(g(this))},this); static { ;(0,$.pieceOf)(1)(function $p(){h();}); } z = () => (0,$.runArrow)(3,()=>(1)); }",
  ],
];

const PIECES: [name: string, before: string, after: string][] = [
  [
    "a loop whose variables are disposed of",
    "async function f() { for (await using a = g(), b = h(); a; ) k(); l(); }",
    "async function f() {$.touch(1); for (await using a = g(), b = h(); a; ) k(); ;(0,$.pieceOf)(1)(function $p(){l();}); }",
  ],
  [
    "what is spread beside what awaits",
    "[...f(), await g()]; h({ a: f(), ...g(), [k()]: await l() });",
    ";[...(0,$.pieceOf)(0)(function $p(){return(f())}), await (0,$.pieceOf)(0)(function $p(){return(g())})]; " +
    ";h({ a: (0,$.pieceOf)(0)(function $p(){return(f())}), ...(0,$.pieceOf)(0)(function $p(){return(g())}), [(0,$.pieceOf)(0)(function $p(){return(k())})]: await (0,$.pieceOf)(0)(function $p(){return(l())}) });",
  ],
  [
    "a class that is exported by default",
    "export default class A { x = f() }",
    "export default class A { x = (0,$.pieceOf)(1)(function $p(){return(f())}) }",
  ],
  [
    "what a loop assigns to",
    "for (f().a of await g()) h();",
    "for (f().a of await (0,$.pieceOf)(0)(function $p(){return(g())})) (0,$.pieceOf)(0)(function $p(){h();});",
  ],
  [
    "a callee whose object is its this",
    "(f()?.a)(await g());",
    ";(f()?.a)(await (0,$.pieceOf)(0)(function $p(){return(g())}));",
  ],
  [
    "a loop over a variable with the name async",
    "for (var async of f()) g();",
    "for (var async of (0,$.pieceOf)(0)(function $p(){return(f())})) (0,$.pieceOf)(0)(function $p(){g();});",
  ],
];

const NO_SEMICOLONS = [
  "let a = b\nf()",
  "x = 1\nf()",
  "x++\n++y[f()]",
  "const o = { b: 1 }\nf(o)",
  "let g = function () {}\n[f()].pop()",
  "const t = `a`\nf(await t)",
  "b\nf().c(await d)",
  "if (a) b\nf()",
  "do b; while (a) f()",
  "let i\nfor (i of f()) g(i)",
  "class A { x = 1\nstatic { b\nf() } }",
  "switch (await a) { case 1: b\nf() }",
  "import a from 'b'\nf()",
];

for (const text of NO_SEMICOLONS) {
  Deno.test(`transform() keeps statements apart that have no semicolon: ${JSON.stringify(text)}`, () => {
    const statements = (text: string) =>
      parseSource(text, "module")["body"].filter(({ type }: Node) => type !== "EmptyStatement")
        .length;
    const after = code(text);
    // The call of `touch` is one more.
    equal(statements(after), 1 + statements(text), after);
  });
}

for (const [name, before, after] of PIECES) {
  Deno.test(`transform() does not move ${name}`, () => equal(code(before), `$.touch(0);${after}`));
}

Deno.test("transform() keeps a division beside its own comments", () => {
  const { source, global } = instrument("a = 1/f(await g())/h()/k(); /* c */f(); l(/x/)");
  equal(
    source.replace(/\n.*\n$/, "").replaceAll(global, "$"),
    "/*$<*/$.touch(1);/*$>*//*$<*/;/*$>*/a = 1/f(await /*$<*/(0,$.pieceOf)(1)(function $p(){return(/*$>*/g()/*$<*/)})/*$>*/)/*$</*/" +
      "/(0,$.pieceOf)(1)(function $p(){return(/*$>*/h()/*$<*/)})/*$>*//*$</*//(0,$.pieceOf)(1)(function $p(){return(/*$>*/k()/*$<*/)})/*$>*/; " +
      "/* c *//*$<*/;(0,$.pieceOf)(1)(function $p(){/*$>*/f();/*$<*/});/*$>*/ " +
      "/*$<*/;(0,$.pieceOf)(1)(function $p(){/*$>*/l(/x/)/*$<*/});/*$>*/",
  );
});

Deno.test("transform() keeps var where it cannot be an assignment", () => {
  const pieces = (body: string) => code(`function* f() { ${body} }`, "script");
  equal(
    pieces("for (var a = 0 in b()) c(a)"),
    "function* f() {$.touch(0); for (var a = 0 in (0,$.pieceOf)(0)(function $p(){return(b())})) (0,$.pieceOf)(0)(function $p(){c(a)}); }",
  );
  equal(
    pieces("for (var let of b()) c()"),
    "function* f() {$.touch(0); for (var let of (0,$.pieceOf)(0)(function $p(){return(b())})) (0,$.pieceOf)(0)(function $p(){c()}); }",
  );
  equal(pieces("with (a) { var b; c() }"), "function* f() {$.touch(0); with (a) { var b; c() } }");
});

for (const [name, before, after] of GOLDEN) {
  Deno.test(`transform() wraps ${name}`, () => equal(code(before), `$.touch(0);${after}`));
}

Deno.test("transform() wraps a CommonJS module as a function", () => {
  equal(
    code('"use strict"\nvar a = f()\nreturn a', "commonjs"),
    '"use strict";return (0,$.pieceOf)(0)(function $p(){\nvar a = f()\nreturn a})',
  );
});

Deno.test("transform() leaves functions with a direct eval, or inside a with statement", () => {
  const { skipped } = instrument(
    `
    function a() { eval("var x"); }
    function b() { (() => eval("var x"))(); }
    function c() { "use strict"; eval("var x"); }
    with ({}) { (function d() {}); }
  `,
    { kind: "commonjs" },
  );
  deepEqual(skipped.map(({ name, reason }) => [name, reason]), [
    ["a", "calls eval"],
    ["b", "calls eval"],
    ["b.<anonymous>", "calls eval"],
    ["c", "calls eval"],
    ["d", 'inside "with"'],
  ]);
});

const LIMITS: [before: string, after: string][] = [
  ["E.stackTraceLimit = 5", "$.limitHolder(E).stackTraceLimit = 5"],
  ["Error['stackTraceLimit']++", "$.limitHolder(Error)['stackTraceLimit']++"],
  ["let { stackTraceLimit: a } = E", "let { stackTraceLimit: a } = $.limitHolder(E)"],
  ["({ stackTraceLimit } = E)", "({ stackTraceLimit } = $.limitHolder(E))"],
  [
    "a(() => { b(E, 1, 'stackTraceLimit') })",
    "a(() => { b($.limitHolder(E), 1, 'stackTraceLimit') })",
  ],
  ["stackTraceLimit = { stackTraceLimit }", "stackTraceLimit = { stackTraceLimit }"],
];

for (const [before, after] of LIMITS) {
  Deno.test(`transform() has stackTraceLimit read of the program's in ${before}`, () => {
    const options = { url: "file:///a.js", kind: "module", firstId: 0, runtime: "$" } as const;
    const { source } = transform(before, { ...options, limitOnly: true });
    equal(source.split("\n//#")[0]!.replace(/\/\*\$[<>].*?\*\//g, ""), after);
    // Functions that are instrumented too keep it: what nothing is asked of is forgotten of them.
    equal(
      code(`function f() { ${before} }`).includes("limitHolder"),
      after.includes("limitHolder"),
    );
  });
}

Deno.test("transform() leaves functions of asm.js, and all inside", () => {
  const asm =
    'function M(std) { "use asm"; function f(a) { a = a | 0; return a | 0; } return { f: f }; }';
  equal(code(asm, "script"), asm);
  const { skipped, functions } = instrument(`${asm}\nfunction g() {}`, { kind: "script" });
  deepEqual(skipped.map(({ name, reason }) => [name, reason]), [
    ["<module>", "global code"],
    ["M", "asm.js"],
  ]);
  deepEqual(functions.map(({ name }) => name), ["g"]);
});

Deno.test("transform() leaves global code, whose functions it wraps", () => {
  equal(
    code("var a = f(); function f() { return 1 }", "script"),
    "var a = f(); function f() {return (0,$.pieceOf)(0)(function $p(){ return 1 })}",
  );
});

Deno.test("transform() names functions by their place in the source", () => {
  const { functions } = instrument(`
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
  // A compiler's output for: interface A {}\ninterface B {}\nfunction f() {}
  const map = { version: 3, sources: ["file:///app.ts"], names: [], mappings: "AAEA,SAAS,KAAK" };
  const text = `function f() {}\n//# sourceMappingURL=data:application/json;base64,${
    btoa(JSON.stringify(map))
  }`;
  const { functions, map: composed } = instrument(text);
  deepEqual(functions.at(-1), { name: "f", line: 3, args: 0 });
  deepEqual(composed.sources, ["file:///app.ts"]);
});

Deno.test("transform() ignores a source map that is no map", () => {
  const text = "function f() {}\n//# sourceMappingURL=data:application/json;base64,AAAA";
  const { functions } = instrument(text);
  deepEqual(functions.at(-1), { name: "f", line: 1, args: 0 });
});

Deno.test("transform() ignores a broken source map", () => {
  for (
    const map of [
      { sources: [], mappings: "AAAA" },
      { version: 3, sources: [], names: [], mappings: "AA" },
      { version: 3, sources: [], names: [], mappings: "AgggggB" },
      { version: 3, sources: ["a.ts"], names: [1], mappings: "AAAAA" },
      { version: 3, sources: "a.ts", names: [], mappings: ["AAAA"] },
      { version: 3, sections: [{ offset: { line: -1, column: 0 }, map: null }] },
      [],
      null,
    ]
  ) {
    const comment = `//# sourceMappingURL=data:application/json;base64,${
      btoa(JSON.stringify(map))
    }`;
    const { functions } = instrument(`function f() {}\n${comment}`);
    equal(functions.at(-1)!.name, "f");
  }
});

Deno.test("transform() lets the runtime report syntax errors", () => {
  throws(() => instrument("function ("), SyntaxError);
});

Deno.test("transform() names compiled namespaces and enumerations by their names", () => {
  const { functions } = instrument(`
    var A;
    (function (A) {
      function inner() {}
      A.inner = inner;
      A.arrow = () => 1;
      let B;
      (function (B) {
        class C { m() {} }
        B.C = C;
        B.D = { e() {} };
      })(B = A.B || (A.B = {}));
    })(A || (A = {}));
    ((E2) => { E2[E2["F"] = g()] = "F"; })(E || (E = {}));
    var F = function (F) {}(F || {}), G = function (g) {}(G || {}), H = function ({}) {}(f || {});
    (function (H) {})(H || (H = { i: 1 }));
    function J() { J.k = function () { K.l = () => 1; }; }
  `);
  deepEqual(functions.map(({ name }) => name).filter((name) => name !== "<module>"), [
    "A",
    "A.inner",
    "A.arrow",
    "A.B",
    "A.B.C.m",
    "A.B.D.e",
    "E",
    "F",
    "<anonymous>",
    "<anonymous>",
    "<anonymous>",
    "J",
    "J.k",
    "J.k.K.l",
  ]);
});

Deno.test("transform() calls an exported function without a name default", () => {
  const { functions } = instrument("export default function () {}");
  deepEqual(functions.map(({ name }) => name), ["<module>", "default"]);
});
