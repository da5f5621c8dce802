/*
 * Functions that call themselves again inside their trampoline: their text, and their behaviour,
 * which does not change.
 */
import { deepEqual, equal, throws } from "node:assert/strict";

import { DeclaringEngine, ENGINES } from "../../support/engines.ts";
import { sameInEveryWay } from "../../support/every_way.ts";
import { calledNames, code, guard, instrument, runCommonJs } from "../../support/instrumented.ts";

const TEXTS: [name: string, before: string, guard: string][] = [
  [
    "no parameter",
    "function f() {}",
    guard("e0(1,f,this)"),
  ],
  [
    "eight parameters",
    "function f(a, b, c, d, e, g, h, i) {}",
    guard("e8(1,f,this,a,b,c,d,e,g,h,i)"),
  ],
  [
    "more parameters, which go as an array",
    "function f(a, b, c, d, e, g, h, i, j) {}",
    guard("e1(1,f,this,[a,b,c,d,e,g,h,i,j])"),
  ],
  [
    "arguments, which go as they are",
    "function f(a) { return () => arguments; }",
    guard("e1(1,f,this,arguments)"),
  ],
  [
    "a rest parameter",
    "function f(...r) {}",
    guard("rest(1,f,this,[],r)"),
  ],
  [
    "a rest parameter behind others",
    "function f(a, b, ...r) {}",
    guard("rest(1,f,this,[a,b],r)"),
  ],
];

for (const [name, before, guard] of TEXTS) {
  Deno.test(`reentryOf() passes ${name}`, () => {
    equal(
      code(before),
      `$.touch(0);${before.replace("{", () => `{${guard}`)}`.replace(
        "() => arguments",
        "() => (0,$.runArrow)(2,()=>(arguments))",
      ),
    );
  });
}

Deno.test("reentryOf() leaves functions with effects of their call, or that inspect it", () => {
  for (
    const text of [
      "function f(a = 1) {}",
      "function f({ a }) {}",
      "function f([a]) {}",
      "function f(...[a]) {}",
      "function f() { new.target; }",
      "function f() { return () => new.target; }",
      "async function f() {}",
      "function* f() {}",
      "async function* f() {}",
    ]
  ) equal(/\.(state|e\d)\b/.test(code(text)), false, code(text));
  for (const text of ["function f(a, a) {}", "function f(arguments) {}"]) {
    equal(/\.(state|e\d)\b/.test(code(text, "commonjs")), false, code(text, "commonjs"));
  }
});

const SAME: [name: string, text: string, called: string[]][] = [
  [
    "every number of arguments, fewer and more than there are parameters",
    `function f(a, b) { return [a, b, f.length]; }
     function five(a, b, c, d, e) { return [a, b, c, d, e]; }
     const arrow = (a, b, c) => [a, b, c];
     exports.r = [f(), f(1), f(1, 2), f(1, 2, 3), five(1), five(1, 2, 3, 4, 5, 6), arrow(), arrow(1, 2, 3, 4)];`,
    ["f", "five", "arrow"],
  ],
  [
    "rest parameters",
    `function f(...r) { return [r.length, Array.isArray(r), r]; }
     function g(a, b, ...r) { return [a, b, r, f(...r)]; }
     const arrow = (a, ...r) => [a, r];
     exports.r = [f(), f(undefined), f(1, 2, 3), g(), g(1), g(1, 2), g(1, 2, 3, [4]), arrow(), arrow(1, 2, 3), f.length, g.length];`,
    ["f", "g", "arrow"],
  ],
  [
    "arguments: length, aliasing, callee, what arrow functions in it see",
    `function aliased(a, b) { arguments[0] = 9; b = 8; return [a, arguments[1], arguments.length]; }
     function strict(a) { "use strict"; arguments[0] = 9; return [a, arguments.length]; }
     function callee() { return arguments.callee === callee; }
     function outer() { return [(() => arguments.length)(), ((a) => [a, arguments[0]])(7)]; }
     function spread() { return Math.max(...arguments); }
     exports.r = [aliased(1), aliased(1, 2), aliased(1, 2, 3), strict(), strict(1, 2), callee(), outer(1, 2), spread(3, 5, 4)];`,
    ["aliased", "strict", "callee", "outer", "outer.<anonymous>", "outer.<anonymous>", "spread"],
  ],
  [
    "a parameter that is declared again",
    `function v(a) { var a; return a; } function w(a) { var a = 2; return a; }
     function f(a) { function a() { return 3; } return a(); }
     exports.r = [v(1), w(1), f(1)];`,
    ["v", "w", "f", "f.a"],
  ],
  [
    "arguments that are something else",
    `function l(a) { let arguments = 5; return a + arguments; }
     function c(a) { const arguments = 5; return [a, arguments]; }
     function d(a) { function arguments() { return 1; } return [a, arguments()]; }
     function v(a) { var arguments; return [a, arguments.length]; }
     function w(a) { var arguments = 7; return [a, arguments]; }
     function b(a) { { let arguments = 6; a += arguments; } return [a, arguments.length]; }
     function n(a) { const { b: [arguments] } = { b: [1] }; return [a, arguments]; }
     exports.r = [l(1), c(2), d(3), v(4), w(5), b(6), n(7)];`,
    ["l", "c", "d", "d.arguments", "v", "w", "b", "n"],
  ],
  [
    "new: the object, a primitive or another object as its result, the prototype",
    `function F(x) { this.x = x; if (x === 1) return 5; if (x === 2) return { other: x }; }
     F.prototype.m = function () { return this.x; };
     class D extends F { constructor(x) { super(x); this.d = true; } }
     exports.r = [new F(0), new F(1), new F(2), new F(1) instanceof F, new F(3).m(), new D(1), new D(2), new D(1) instanceof D];
     exports.s = [Reflect.construct(F, [4], Array) instanceof Array, new (F.bind(null, 6))()];`,
    ["F", "m", "D.constructor"].filter((name) => name !== "m").concat("F.m").sort(),
  ],
  [
    "new.target",
    `function F() { return { t: new.target === F, u: new.target === undefined }; }
     exports.r = [new F(), F(), Reflect.construct(F, [], Object)];`,
    ["F"],
  ],
  [
    "this, boxed in sloppy functions only",
    `function sloppy() { return [typeof this, this === globalThis, this instanceof Number]; }
     function strict() { "use strict"; return [typeof this, this === undefined, this === null]; }
     function same() { return this; }
     const object = {};
     const arrow = () => this === module.exports;
     exports.r = [undefined, null, 1, "a", true, Symbol.iterator, 1n, object].map((self) => [sloppy.call(self), strict.call(self)]);
     exports.s = [same.call(object) === object, arrow.call(1), arrow()];`,
    ["<anonymous>", "arrow", "sloppy", "strict", "same"],
  ],
  [
    "recursion, direct and mutual, and in an argument of itself",
    `function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
     function even(n) { return n === 0 || odd(n - 1); } function odd(n) { return n !== 0 && even(n - 1); }
     const ackermann = (m, n) => m === 0 ? n + 1 : n === 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
     exports.r = [fib(12), even(10), odd(10), ackermann(2, 2), fib(fib(5))];`,
    ["fib", "even", "odd", "ackermann"],
  ],
  [
    "exceptions, caught inside and outside, and what is called after them",
    `function fail(x) { throw x; } function pass(x) { return fail(x); }
     function inside(x) { try { pass(x); } catch (e) { return [e === x, after()]; } finally { inside.done = true; } }
     function after() { return "after"; }
     const error = new TypeError("e");
     exports.r = [inside(error), inside(undefined), inside.done];
     try { pass(error); } catch (e) { exports.s = [e === error, after(), inside(1)]; }`,
    ["inside", "pass", "fail", "after"],
  ],
  [
    "a function that is called while its arguments are computed, and one that calls its caller",
    `function f(a) { return a; } function g(h, n) { return n === 0 ? "end" : h(g, n - 1); }
     exports.r = [f(f(f(1))), g(g, 5), g((h, n) => h(h, n), 3)];`,
    ["f", "g", "<anonymous>"],
  ],
  [
    "functions that are called by builtins, bound, applied, by a tag and by a getter",
    `function f(a, b) { return [this === undefined || this === globalThis ? "none" : typeof this, a, b]; }
     const o = {}; Object.defineProperty(o, "p", { get: f });
     exports.r = [[3, 1].map(f), f.bind(o, 1)(2), f.apply(o, [1, 2]), f.call(), f\`a\${1}\`, o.p, Reflect.apply(f, 1, [2])];
     exports.s = [[3, 1, 2].sort(function compare(a, b) { return a - b; }), "ab".replace(/b/, function replaced(m) { return m + m; })];`,
    ["f", "compare", "replaced"],
  ],
  [
    "names, lengths, texts and prototypes",
    `function f(a, b) { return 1; } const g = (a) => a; const h = function own() {};
     exports.r = [f.name, f.length, g.name, g.length, h.name, "prototype" in g, Object.keys(f.prototype), f.prototype.constructor === f];`,
    [],
  ],
  [
    "arrow functions whose expression is a sequence, an object, a conditional, an assignment",
    `let x = 0; const s = () => (x++, x + 1), o = () => ({ a: x }), c = (a) => a ? 1 : 2, a = (v) => x = v, n = () => () => x;
     const i = (k) => k in { z: 1 };
     exports.r = [s(), o(), c(0), c(1), a(7), x, n()(), i("z")];`,
    ["s", "o", "c", "a", "n", "n.<anonymous>", "i"],
  ],
];

for (const [name, text, called] of SAME) {
  Deno.test(`a function that calls itself again does not change ${name}`, async () => {
    deepEqual((await sameInEveryWay(text, "commonjs")).sort(), called.toSorted());
  });
}

for (const name of ENGINES) {
  Deno.test(`a function that uses up the stack still behaves correctly, engine "${name}"`, () => {
    const options = { kind: "commonjs", engine: new DeclaringEngine(name).engine } as const;
    const { source } = instrument(
      `
      let deepest = 0;
      function endless(n) { deepest = n; return endless(n + 1) + 1; }
      function add(a, b) { return a + b; }
      exports.results = [];
      for (let round = 0; round < 5; round++) {
        try { endless(0); } catch (e) { exports.results.push(e instanceof RangeError, deepest > 100, add(round, 1)); }
      }
      `,
      options,
    );
    deepEqual(runCommonJs(source)["results"], [1, 2, 3, 4, 5].flatMap((n) => [true, true, n]));
  });
}

Deno.test("a function runs on when trampolines go off, and its callees run plainly", () => {
  const instrumented = instrument(
    `
    function outer(turn) { const before = inner(1); turn(false); const after = inner(2); turn(true); return [before, after, inner(3)]; }
    function inner(n) { return n; }
    exports.outer = outer;
    `,
    { kind: "commonjs" },
  );
  const { runtime, functions } = instrumented;
  const { outer } = runCommonJs(instrumented.source) as { outer: (turn: unknown) => number[] };
  runtime.ids.length = 0;
  deepEqual(outer((on: boolean) => runtime.turn(on)), [1, 2, 3]);
  deepEqual(runtime.ids.map((id) => functions[id - 1]!.name), ["outer", "inner", "inner"]);
});

Deno.test("a function runs in its trampoline once for each call", () => {
  const instrumented = instrument(
    "function f(n) { return n > 0 ? f(n - 1) : g(); } function g() {} exports.h = function () {}; f(3); f(0); g(); exports.h(); exports.h();",
    { kind: "commonjs" },
  );
  runCommonJs(instrumented.source);
  const names = instrumented.runtime.ids.map((id) => instrumented.functions[id - 1]!.name);
  deepEqual(names, ["<module>", "f", "f", "f", "f", "g", "f", "g", "g", "h", "h"]);
  equal(instrumented.runtime.state, -1);
});

Deno.test("a function whose body was never reached behaves correctly at the next call", () => {
  const instrumented = instrument("exports.f = f; function f(a) { return a; }", {
    kind: "commonjs",
  });
  const { f } = runCommonJs(instrumented.source) as { f: (a: number) => number };
  const { runtime } = instrumented;
  const { e1 } = runtime;
  runtime.e1 = () => {
    throw new RangeError("no stack");
  };
  throws(() => f(1), RangeError);
  runtime.e1 = e1;
  equal(f(2), 2);
  equal(f(3), 3);
  deepEqual(calledNames(instrumented), ["<module>", "f"]);
});
