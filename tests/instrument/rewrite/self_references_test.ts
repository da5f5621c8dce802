import { deepEqual } from "node:assert/strict";

import type { SourceKind } from "../../../lib/source/syntax_tree.ts";
import { sameInEveryWay } from "../../support/every_way.ts";
import { code } from "../../support/instrumented.ts";

/** The names by which functions of a text call themselves again, in the order of the text. */
function selves(text: string, kind: SourceKind = "commonjs"): string[] {
  return [...code(text, kind).matchAll(/\.(?:rest|e\d)\)\(\d+,(?:\([^,]+,)?([^,)]+)/g)].map((
    [, name],
  ) => name!);
}

const REACHED: [name: string, text: string][] = [
  ["a declaration", "function f() {}"],
  ["a declaration in a function, in a block", "function f() { if (a) { function f() {} } } "],
  ["a named expression", "(function f() {});"],
  ["a named expression under another name", "const g = function f() {};"],
  ["const", "const f = () => 1;"],
  ["const in a loop", "for (;;) { const f = () => 1; }"],
  ["let", "let f = function () {};"],
  ["let in a loop", "while (a) { let f = () => 1; }"],
  ["var", "var f = () => 1;"],
  ["a variable that is declared once more without a value", "var f = () => 1; var f;"],
  [
    "a variable of another function that is called the same",
    "const f = () => 1; function g() { return () => { f; }; }",
  ],
  ["a declaration below its use", "f(); function f() {}"],
  [
    "a block's own variable of that name",
    "function f() { { let f; } for (const f of a); try {} catch (f) {} }",
  ],
  ["a property of that name", "function f() { a.f = 1; ({ f: 1 }); a.f++; [a.f] = b; }"],
  ["an inner function's parameter of that name", "function f() { return function (f) {}; }"],
  ["a label of that name", "function f() { f: for (;;) break f; }"],
  [
    "eval, by its own name only",
    "(function f() { 'use strict'; }); function g() { 'use strict'; return (0, eval)('1'); }",
  ],
];

for (const [name, text] of REACHED) {
  Deno.test(`SelfReferences.nameOf() reaches a function by ${name}`, () => {
    deepEqual(selves(text)[0], "f");
  });
}

const UNREACHED: [name: string, text: string][] = [
  ["without a name", "(() => 1)(); (function () {})(); f(() => 1);"],
  [
    "that is a value deeper in an initialiser",
    "const f = g(() => 1); const [h = () => 1] = []; const { k = () => 1 } = {};",
  ],
  ["that a pattern names", "const [f] = [() => 1]; const { g } = { g: () => 1 };"],
  ["that is assigned", "let f; f = () => 1; var g; g = function () {};"],
  ["with a parameter of its name", "function f(f) {} const g = (g) => 1; const h = (...h) => 1;"],
  [
    "with a variable of its name",
    "function f() { var f; } function g() { for (var g of a); } function h() { { var h; } }",
  ],
  [
    "with let or const of its name",
    "function f() { let f; } function g() { const { a: [g] } = b; }",
  ],
  [
    "with a class or function of its name",
    "function f() { class f {} } function g() { function g() { 1; } g = 1; }",
  ],
  ["whose name a block's function takes", "function f() { { function f() {} } f = 1; }"],
  [
    "that is assigned to elsewhere",
    "function f() {} f = 1; function g() {} (() => { 'use strict'; g = 2; })();",
  ],
  [
    "that is counted up, or a loop's target",
    "function f() {} f++; function g() {} for (g in a); let h = () => 1; for (h of a);",
  ],
  [
    "that a pattern assigns to",
    "function f() {} [f] = a; function g() {} ({ a: [, ...g] } = b); function h() {} ({ h = 1 } = c);",
  ],
  ["that is assigned by a logical operator", "let f = () => 1; f &&= 2; let g = () => 1; g ??= 2;"],
  ["that is declared twice", "function f() {} function f() {}"],
  ["that is declared twice, in blocks", "if (a) { function f() {} } else { function f() {} }"],
  ["that a variable with a value is called too", "function f() {} var f = 1;"],
  ["that is a variable's value twice", "var f = () => 1; var f = () => 2;"],
  [
    "that a loop makes anew under var",
    "for (;;) { var f = () => 1; } do { var g = function () {}; } while (a);",
  ],
  [
    "in a file with a direct eval",
    "function f() {} const g = () => 1; function h() { 'use strict'; eval('f = 1'); }",
  ],
];

for (const [name, text] of UNREACHED) {
  Deno.test(`SelfReferences.nameOf() reaches no function ${name}`, () =>
    deepEqual(selves(text), []));
}

Deno.test("SelfReferences.nameOf() does not use a name that another script can assign to", () => {
  deepEqual(selves("function f() {} var g = () => 1; let h = () => 1;", "script"), []);
  deepEqual(selves("const f = () => 1; { function g() { h; } } (function k() {});", "script"), [
    "f",
    "k",
  ]);
  deepEqual(selves("function f() { function g() {} const h = () => 1; }", "script"), ["g", "h"]);
});

const SAME: [name: string, text: string][] = [
  [
    "functions that are replaced",
    `function f() { return 1; } const first = f; f = function () { return first() + 1; };
     let g = () => 1; const firstG = g; g = () => firstG() + 1;
     var h = () => 1; var firstH = h; var h = () => firstH() + 1;
     exports.r = [f(), g(), h(), first(), firstG(), firstH()];`,
  ],
  [
    "functions of loops, each its own",
    `const all = [];
     for (var i = 0; i < 3; i++) { var v = () => v.n; v.n = i; const k = i, c = () => k, l = k; let m = () => l; function d() { return k; } all.push(v, c, m, d); }
     for (let n = 0, f = () => n; n < 2; n++) all.push(f);
     exports.r = all.map((f) => f());`,
  ],
  [
    "functions that are made many times, each with its own closure",
    `function make(n) { function f() { return n; } const g = () => f() + n; let h = function () { return g() + n; }; return [f, g, h]; }
     exports.r = [make(1), make(2), make(3)].map((fs) => fs.map((f) => f()));`,
  ],
  [
    "names that are something else inside",
    `function p(p) { return typeof p; } function v() { var v; return typeof v; } function b() { { function b() {} } return typeof b; }
     const n = function inner(inner) { return typeof inner; }; const k = function own() { own = 1; return typeof own; };
     exports.r = [p(), v(), b(), n(), k()];`,
  ],
  [
    "functions in conditional declarations",
    `if (exports) { function f() { return "yes"; } } else { function f() { return "no"; } }
     switch (1) { case 0: function g() { return 0; } case 1: exports.g = g(); }
     exports.r = f();`,
  ],
  [
    "functions that destructuring replaces",
    `function f() { return 1; } const first = f; [f] = [() => 2]; function g() { return 3; } const second = g; ({ g } = { g: () => 4 });
     exports.r = [f(), first(), g(), second()];`,
  ],
  [
    "functions that a direct eval replaces",
    `function f() { return 1; } const first = f; function change() { "use strict"; eval("f = () => 2"); } change(); exports.r = [f(), first()];`,
  ],
  [
    "hoisted functions, called before everything",
    `exports.r = [f(), typeof g, inner()]; function f() { return 1; } var g = () => 2; function inner() { return deep(); function deep() { return 3; } }`,
  ],
];

for (const [name, text] of SAME) {
  Deno.test(`a function that calls itself by name does not change ${name}`, async () => {
    await sameInEveryWay(text, "commonjs");
  });
}
