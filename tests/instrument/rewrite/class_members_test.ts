import { deepEqual, equal } from "node:assert/strict";

import { sameInEveryWay } from "../../support/every_way.ts";
import { code, guard } from "../../support/instrumented.ts";

/** Finds the contents of the private fields that the classes of a text get, one for each. */
function fields(text: string): string[] {
  return [...code(text).matchAll(/static #\$=\[(.*?)\];/g)].map(([, list]) => list!);
}

Deno.test("ClassMembers makes methods reach themselves through a private field", () => {
  equal(
    code("class A { m(a) { return a; } static get x() { return 1; } }"),
    '$.touch(0);class A {static #$=[this.prototype["m"],$.accessor(this,"x","get")]; ' +
      `m(a) {${guard("e1(1,A.#$[0],this,a)")} return a; } ` +
      `static get x() {${guard("e0(2,A.#$[1],this)", 2)} return 1; } }`,
  );
});

const FIELDS: [name: string, text: string, list: string[]][] = [
  ["methods, getters and setters", "class A { m() {} get x() {} set x(v) {} }", [
    'this.prototype["m"],$.accessor(this.prototype,"x","get"),$.accessor(this.prototype,"x","set")',
  ]],
  ["static ones", "class A { static m() {} static get x() {} static set y(v) {} }", [
    'this["m"],$.accessor(this,"x","get"),$.accessor(this,"y","set")',
  ]],
  ["a static one and another of its name", "class A { m() {} static m() {} }", [
    'this.prototype["m"],this["m"]',
  ]],
  [
    "keys of all kinds",
    `class A { "a b"() {} 1() {} 0x10() {} 2n() {} '"'() {} async() {} get() {} static static() {} }`,
    [
      'this.prototype["a b"],this.prototype["1"],this.prototype["16"],this.prototype["2"],' +
      'this.prototype["\\""],this.prototype["async"],this.prototype["get"],this["static"]',
    ],
  ],
  ["a class in a class, each its own", "class A { m() { return class B { n() {} }; } }", [
    'this.prototype["m"]',
    'this.prototype["n"]',
  ]],
  ["a named class expression", "const a = class A { m() {} };", ['this.prototype["m"]']],
  ["beside a field with a computed key", "class A { [a] = 1; m() {} }", ['this.prototype["m"]']],
];

for (const [name, text, list] of FIELDS) {
  Deno.test(`ClassMembers reaches ${name}`, () => deepEqual(fields(text), list));
}

const NONE: [name: string, text: string][] = [
  ["a class without a name", "const A = class { m() {} }; (class { m() {} });"],
  [
    "constructors, private members, generators and async methods",
    "class A { constructor() {} #m() {} static #s() {} *g() {} async a() {} }",
  ],
  ["a class with a computed key", "class A { m() {} ['m']() {} }"],
  ["two members of one key", "class A { m() { 1; } m() { 2; } }"],
  [
    "a getter and a method of one key",
    "class A { get m() {} m() {} } class B { m() {} set m(v) {} }",
  ],
  ["two getters of one key", "class A { get m() { 1; } set m(v) {} get m() { 2; } }"],
  [
    "equal keys that are written differently",
    "class A { 1() {} '1'() {} } class B { m() {} 'm'() {} }",
  ],
  [
    "a method that has another thing of the class's name",
    "class A { m(A) {} n() { var A; } o() { let A; } p() { function A() {} A = 1; } q() { class A {} } }",
  ],
  ["methods whose call does something", "class A { m(a = 1) {} n({ b }) {} o() { new.target; } }"],
  ["an object's methods", "({ m() {}, get x() {} });"],
];

for (const [name, text] of NONE) {
  Deno.test(`ClassMembers leaves ${name}`, () => {
    deepEqual(fields(text), []);
    equal(/\$\.(?:e\d|rest)/.test(code(text)), false, code(text));
  });
}

const SAME: [name: string, text: string, called?: string[]][] = [
  [
    "methods, getters, setters and static members",
    `class A { constructor(x) { this.x = x; } m(a) { return [this.x, a]; } get g() { return this.x; } set g(v) { this.x = v; }
       static s(a) { return [this === A, a]; } static get t() { return this.name; } }
     const a = new A(1); const r = [a.m(2), a.g]; a.g = 5;
     export { r }; export const s = [a.g, A.s(3), A.t, Object.getOwnPropertyNames(A), Reflect.ownKeys(A.prototype)];`,
    ["A.constructor", "A.m", "A.get g", "A.set g", "A.s", "A.get t"],
  ],
  [
    "super, and methods that subclasses override",
    `class A { m() { return "A"; } static s() { return "sA"; } get g() { return "gA"; } }
     class B extends A { m() { return super.m() + "B"; } static s() { return super.s() + "sB"; } get g() { return super.g + "gB"; } }
     class C extends B { m() { return super.m() + "C"; } }
     export const r = [new A().m(), new B().m(), new C().m(), B.s(), C.s(), new C().g, B.prototype.m.call(new A())];`,
    ["A.m", "B.m", "C.m", "B.s", "A.s", "B.get g", "A.get g"],
  ],
  [
    "methods that are replaced, deleted, borrowed and called without an object",
    `class A { m() { return [this === undefined, this?.n]; } o() { return 1; } }
     const { m, o } = A.prototype; A.prototype.m = function () { return ["new", ...m.call(this)]; }; delete A.prototype.o;
     export const r = [new A().m(), m(), m.call({ n: 3 }), "o" in new A(), o()];`,
    ["A.m", "A.m", "A.o"],
  ],
  [
    "a class that is assigned to, and one that is made many times",
    `let A = class B { m() { return B.name; } }; const a = new A(); A = 5;
     function make(n) { return class C { m() { return n; } static s() { return [n, this === C]; } }; }
     const made = [1, 2, 3].map(make);
     export const r = [a.m(), made.map((C) => [new C().m(), C.s()]), new Set(made.map((C) => C.prototype.m)).size];`,
  ],
  [
    "names of the class inside",
    `class A { m(A) { return A; } n() { var A = 2; return A; } o() { return A.name; } p() { { let A = 3; return A; } } }
     const a = new A(); export const r = [a.m(1), a.n(), a.o(), a.p()];`,
  ],
  [
    "computed keys, and members that share one",
    `let n = 0; const key = () => "k" + n++;
     class A { [key()]() { return 0; } [key()]() { return 1; } m() { return "first"; } m() { return "second"; } get x() { return 1; } x() { return "method"; } }
     const a = new A(); export const r = [a.k0(), a.k1(), a.m(), a.x(), Object.getOwnPropertyNames(A.prototype)];`,
  ],
  [
    "what runs while the class is made",
    `const log = []; const note = (x) => { log.push(x); return x; };
     class A { static a = note("a"); static m() { return note("m"); } static b = this.m() + new A().n(); n() { return note("n"); } static { note(A.m()); } [note("key")] = note("field"); }
     export const r = [log, A.a, A.b];`,
  ],
  [
    "fields, private members and brand checks",
    `class A { #p = 1; f = this.m(); m() { return this.#p; } #q() { return 2; } q() { return this.#q(); } static has(o) { return #p in o; } get r() { return this.#p++; } }
     const a = new A(); export const r = [a.f, a.m(), a.q(), A.has(a), A.has({}), a.r, a.r];
     let error; try { A.prototype.m.call({}); } catch (e) { error = e.name; } export { error };`,
  ],
  [
    "classes that extend null, builtins and functions",
    `class N extends null { static s() { return 1; } } class L extends Array { last() { return this[this.length - 1]; } }
     function F() { this.f = 1; } class G extends F { m() { return this.f; } } class E extends Error { get twice() { return this.message + this.message; } }
     export const r = [N.s(), L.of(1, 2).last(), L.of(1, 2).map((x) => x + 1).last(), new G().m(), new E("x").twice, new E("y") instanceof Error];`,
  ],
  [
    "classes in classes",
    `class A { m() { return class B { n() { return [A.name, B.name]; } static o() { return new A().p(); } }; } p() { return "p"; } }
     const B = new A().m(); export const r = [new B().n(), B.o()];`,
  ],
  [
    "a class that is frozen, and the texts of it",
    `class A { m() { return 1; } static s() { return 2; } }
     Object.freeze(A); Object.freeze(A.prototype); export const r = [new A().m(), A.s(), A.length, A.name, Object.keys(A)];`,
  ],
];

for (const [name, text, called] of SAME) {
  Deno.test(`a method that calls itself again does not change ${name}`, async () => {
    const names = await sameInEveryWay(text);
    if (called !== undefined) deepEqual(names, called);
  });
}
