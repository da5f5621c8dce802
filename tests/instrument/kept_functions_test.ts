import { deepEqual, equal } from "node:assert/strict";

import { sameInEveryWay } from "../support/every_way.ts";
import { calledNames, code, instrument, runCommonJs } from "../support/instrumented.ts";

Deno.test("KeptFunctions has functions that are assigned to properties reach themselves", () => {
  equal(
    code("a.b = function (c) { return c; };\nA.prototype.m = () => 1", "commonjs"),
    "return (0,$.run)(0,()=>{a.b = function (c) {" +
      "{const $$=$,$_=$$.state;if($_)if($_!==1){const $l=$$.left;" +
      "if($l[1]===0||--$l[1]===0&&$$.check(1,$.kept[1])===1){const $f=$.kept[1];if($f!==void 0){" +
      "$$.state=1;return $$.e1(1,$f,this,c)}}}else $$.state=-1}" +
      ' return c; };;$.keep(1,a,"b");\n' +
      "A.prototype.m = () => $.state&&$.state!==2&&" +
      "($.left[2]===0||--$.left[2]===0&&$.check(2,$.kept[2])===1)&&$.kept[2]!==void 0?" +
      '$.e0(2,($.state=2,$.kept[2]),void 0):($.state&&=-1,1);$.keep(2,A,"prototype","m");})',
  );
});

const NOT_KEPT: [name: string, text: string][] = [
  ["under a computed key", "a[b] = function () {};"],
  [
    "deeper than a prototype",
    "a.b.c.d = function () {}; a().b = function () {}; this.b = function () {};",
  ],
  ["inside functions and blocks", "{ a.b = function () {}; } if (a) a.b = function () {};"],
  ["by another operator", "a.b ||= function () {}; a.b ??= () => 1;"],
  [
    "as a part of a value",
    "a.b = [function () {}]; a.b = c || function () {}; a.b = c.d = function () {};",
  ],
  ["to a variable", "a = function () {};"],
];

for (const [name, text] of NOT_KEPT) {
  Deno.test(`KeptFunctions leaves functions that are assigned ${name}`, () => {
    for (const kind of ["commonjs", "module"] as const) {
      equal(/keep|kept/.test(code(text, kind)), false, code(text, kind));
    }
  });
}

Deno.test("KeptFunctions leaves scripts, whose objects others have too", () => {
  equal(/keep|kept/.test(code("a.b = function () {};", "script")), false);
});

Deno.test("KeptFunctions takes a function's own name where it has one", () => {
  equal(/keep|kept/.test(code("a.b = function own() {};")), false);
});

const SAME: [name: string, text: string, called: string[]][] = [
  [
    "functions and methods of CommonJS",
    `exports.f = function (a) { return [this === exports, a]; }; exports.g = (a) => a;
     function A() {} A.prototype.m = function () { return this instanceof A; }; A.s = function () { return this === A; };
     exports.r = [exports.f(1), exports.g(2), new A().m(), A.s()];`,
    ["f", "g", "A", "A.m", "A.s"],
  ],
  [
    "functions deeper in objects, and behind getters",
    `const types = { name: {}, count: 0, get other() { this.count++; return this.name; } };
     types.name.update = function (a) { return [this === types.name, a]; };
     types.other.change = (a) => a + 1;
     exports.r = [types.name.update(1), types.name.change(2), types.count];`,
    ["types.name.update", "types.get other"],
  ],
  [
    "functions that are replaced, and called by both names",
    `exports.f = function () { return 1; }; const first = exports.f; exports.f = function () { return first() + 1; };
     exports.r = [exports.f(), first()];`,
    ["f"],
  ],
  [
    "a property that another function is read from",
    `const other = function other() { return "other"; }; let stored;
     const o = { get b() { return other; }, set b(f) { stored = f; } };
     o.b = function () { return "mine"; };
     exports.r = [o.b(), stored(), stored()];`,
    ["o.get b", "o.set b", "other"],
  ],
  [
    "a property whose getter counts, and one whose getter throws",
    `let count = 0, stored; const o = { get b() { count++; return stored; }, set b(f) { stored = f; }, get c() { throw new Error("read"); }, set c(f) {} };
     o.b = function () { return 1; }; o.c = function () { return 2; };
     exports.r = [count, stored()];`,
    ["o.set b", "o.set c"],
  ],
  [
    "a property that cannot be written, and one of a primitive",
    `const o = Object.freeze({ b: 1 }); o.b = function () { return 2; }; const n = 5; n.b = function () {}; exports.r = [o.b, n.b];`,
    [],
  ],
  [
    "a property that is inherited, and a proxy's",
    `const log = []; const p = new Proxy({}, { get(t, k) { log.push("get " + String(k)); return t[k]; }, set(t, k, v) { log.push("set " + k); t[k] = v; return true; } });
     p.b = function () { return 1; }; exports.r = [log, p.b()];
     const strange = new Proxy({}, { set(t, k, v) { t[k] = v; return true; }, getOwnPropertyDescriptor() { throw new Error("asked"); } });
     const holder = { strange }; holder.strange.c = function () { return 2; }; exports.s = holder.strange.c();`,
    ["set", "get"],
  ],
  [
    "assignments that lack their semicolon",
    `exports.f = function () { return 1 }
     exports.g = () => ({ a: 1 })
     exports.h = (a) => a
     ;[1].forEach(exports.h)
     exports.r = [exports.f(), exports.g(), exports.h(3)]`,
    ["h", "f", "g"],
  ],
];

for (const [name, text, called] of SAME) {
  Deno.test(`a function that is kept does not change ${name}`, async () => {
    const names = await sameInEveryWay(text, "commonjs");
    for (const name of called) equal(names.includes(name), true, `${name} is not among ${names}`);
  });
}

Deno.test("Activation.keep() takes no function for one whose number only starts the same", () => {
  // The module is number 1; 2 is what is assigned, 20 is what is read.
  const { source, runtime, functions } = instrument(
    `
    o.b = function () { return "one"; };
    ${Array.from({ length: 17 }, (_, i) => `function f${i}() {}`).join("\n")}
    function twenty() { return "twenty"; }
    const read = { set b(f) { exports.stored = f; }, get b() { return twenty; } };
    exports.keep = [twenty];
    `.replace("o.b =", "exports.b ="),
    { kind: "commonjs" },
  );
  equal(functions[19]!.name, "twenty");
  equal(functions[1]!.name, "b");
  const { keep } = runCommonJs(source) as { keep: [() => string] };
  runtime.kept.length = 0;
  runtime.keep(2, { b: keep[0] }, "b");
  deepEqual(runtime.kept[2], undefined);
  runtime.keep(20, { b: keep[0] }, "b");
  equal(runtime.kept[20], keep[0]);
});

Deno.test("KeptFunctions has a function run in its trampoline once it has been kept", () => {
  const instrumented = instrument(
    "exports.f = function () { return 1; }; exports.f(); exports.f();",
    { kind: "commonjs" },
  );
  runCommonJs(instrumented.source);
  deepEqual(calledNames(instrumented), ["<module>", "f"]);
  equal(instrumented.runtime.ids.filter((id) => id === 2).length, 2);
});
