/*
 * Code in pieces does what it does in one piece, and keeps alive only what it keeps in one piece.
 */
import { deepEqual, equal } from "node:assert/strict";

import { perfMapPath } from "../../../lib/backends/perf_map/perf_map.ts";
import { Workplace } from "../../support/command_process.ts";
import { sameInEveryWay } from "../../support/every_way.ts";
import { code } from "../../support/instrumented.ts";

const preload = import.meta.resolve("../../../lib/preload.ts");

/** Functions that make an object, use it, and keep a function that does not mention it. */
const KEEPERS: Readonly<Record<string, string>> = {
  "an async function":
    `async () => { async function f() { const body = await later(); use(body); const n = 1; keep.push(() => n); } await f(); }`,
  "a generator":
    `() => { function* f() { const body = make(); yield 1; use(body); const n = 1; keep.push(() => n); } [...f()]; }`,
  "an async generator":
    `async () => { async function* f() { const body = await later(); yield 1; use(body); const n = 1; keep.push(() => n); } for await (const _ of f()); }`,
  "an async arrow function":
    `async () => { const f = async () => { const body = await later(); use(body); const n = 1; keep.push(() => n); }; await f(); }`,
  "a parameter":
    `async () => { async function f(body) { await 1; use(body); const n = 1; keep.push(() => n); } await f(make()); }`,
  "this":
    `async () => { const o = { async f() { await 1; use(this); const n = 1; keep.push(() => n); } }; await o.f.call(make()); }`,
  "arguments":
    `async () => { async function f() { await 1; use(...arguments); const n = 1; keep.push(() => n); } await f(make()); }`,
  "a block":
    `async () => { async function f() { { const body = await later(); use(body); const n = 1; keep.push(() => n); } } await f(); }`,
  "a variable that is assigned in a loop":
    `async () => { async function f() { let all = []; for (const x of [make()]) { all = [...all, x]; } await use(all); const n = 1; keep.push(() => n); } await f(); }`,
  "var":
    `async () => { async function f() { for (var i = 0; i < 1; i++) { var body = make(); use(body); } await 1; var n = 1; keep.push(() => n); } await f(); }`,
  "a function that is a piece's":
    `async () => { async function f(body) { use(body); await new Promise((done) => { keep.push(() => 1); done(); }); } await f(make()); }`,
  "a parameter that is declared again":
    `() => { function f(body) { use(body); var body; const n = 1; keep.push(() => n); } f(make()); }`,
  "a parameter of an arrow function that nothing names":
    `() => { [(body) => { use(body); const n = 1; keep.push(() => n); }][0](make()); }`,
  "a pattern that is a parameter":
    `() => { [({ body }) => { use(body); const n = 1; keep.push(() => n); }][0]({ body: make() }); }`,
  "a parameter beside one with a default":
    `() => { function f(body, other = 1) { use(body, other); const n = 1; keep.push(() => n); } f(make()); }`,
  "a method's this":
    `() => { ({ f() { use(this, arguments.length); const n = 1; keep.push(() => n); } }).f.call(make()); }`,
  "a constructor":
    `() => { class A { constructor(body) { use(body, this); refs.push(new WeakRef(this)); const n = 1; keep.push(() => n); } } new A(make()); }`,
  "a static block":
    `() => { class A { static { const body = make(); use(body); const n = 1; keep.push(() => n); } } use(A); }`,
  "a field":
    `() => { class A { x = use(this); y = keep.push(() => 1); constructor() { refs.push(new WeakRef(this)); } } new A(); }`,
};

const PROGRAM = `
const keep = [], refs = [];
const use = (...values) => values.length;
const make = () => { const made = { large: new Array(1000).fill(0) }; refs.push(new WeakRef(made)); return made; };
const later = async () => make();
const keepers = { ${
  Object.entries(KEEPERS).map(([name, text]) => `${JSON.stringify(name)}: ${text}`).join(",\n")
} };
const alive = {};
for (const name in keepers) {
  refs.length = 0;
  for (let i = 0; i < 20; i++) await keepers[name]();
  // A reference that was made or asked keeps its object until the task ends.
  for (let i = 0; i < 3; i++) { await new Promise((done) => setTimeout(done)); gc(); }
  await new Promise((done) => setTimeout(done));
  if (refs.length < 20 || keep.length < 20) throw new Error(name);
  alive[name] = refs.filter((ref) => ref.deref()).length;
}
console.log(JSON.stringify(alive));
`;

for (const mode of ["plain", "inactive", "active"]) {
  Deno.test(`a function that is kept keeps no variables of others: ${mode}`, async () => {
    await using place = new Workplace();
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-lock",
        "-A",
        "--v8-flags=--expose-gc",
        ...mode === "plain" ? [] : [`--preload=${preload}`],
        place.write("main.mjs", PROGRAM),
      ],
      env: { NO_COLOR: "1", JS_PERF_SUPPORT: mode === "active" ? "1" : "" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { stdout, stderr } = await child.output();
    if (mode === "active") await Deno.remove(perfMapPath(child.pid));
    const text = new TextDecoder();
    equal(text.decode(stderr), "");
    const alive = JSON.parse(text.decode(stdout));
    // One may still stand where the last call put it.
    const kept = Object.entries(alive).filter(([, count]) => count as number > 1);
    deepEqual([Object.keys(alive).length, kept], [Object.keys(KEEPERS).length, []]);
  });
}

const GOLDEN: [name: string, before: string, after: string][] = [
  [
    "what a piece mentions",
    "async function f(a) { const b = await a; g(a, b); return () => b; }",
    "const b = await a; ;(0,$.pieceOf)(1)(function $p(a){g(a, b);},void 0,a); return () => (0,$.runArrow)(2,()=>(b));",
  ],
  [
    "what a piece assigns to",
    "async function f(a, b) { await 1; a += g(b); return () => 1; }",
    "await 1; ;a=(0,$.pieceOf)(1)(function $p(a,b){a += g(b);;return a},void 0,a,b); return () => (0,$.runArrow)(2,()=>(1));",
  ],
  [
    "several variables that a piece assigns to",
    "async function f() { for (var i = 0; i < 3; i++) { var b = g(i); } await b; return () => 1; }",
    "var i,b;({i,b}=(0,$.pieceOf)(1)(function $p(i,b){for ( i = 0; i < 3; i++) { void ( b = g(i)); };return{i,b}},void 0,i,b)); await b; return () => (0,$.runArrow)(2,()=>(1));",
  ],
  [
    "this and arguments",
    "async function f() { 'use strict'; await 1; g(this, arguments, { arguments }); return () => 1; }",
    "'use strict';;$.touch(1); await 1; ;(0,$.pieceOf)(1)(function $p($a){g(this, $a, { arguments:$a });},this,arguments); return () => (0,$.runArrow)(2,()=>(1));",
  ],
  [
    "parts of what would lose an assignment",
    "async function f(a) { try { await 1; a = g(); } catch {} return () => 1; }",
    "try { await 1; ;a = (0,$.pieceOf)(1)(function $p(){return(g())}); } catch {} return () => (0,$.runArrow)(2,()=>(1));",
  ],
  [
    "parts of what mentions a variable too early",
    "async function f() { await 1; let a = g(h(), a); return () => 1; }",
    "await 1; let a = g((0,$.pieceOf)(1)(function $p(){return(h())}), a); return () => (0,$.runArrow)(2,()=>(1));",
  ],
  [
    "all from outside where no function is made",
    "async function f(a) { a += await g(a); h(a); }",
    ";a += await (0,$.pieceOf)(1)(function $p(){return(g(a))}); ;(0,$.pieceOf)(1)(function $p(){h(a);});",
  ],
];

for (const [name, before, after] of GOLDEN) {
  Deno.test(`SuspendingBody hands over ${name}`, () => {
    const body = code(before).replace(/^.*?\{(\$\.touch\(1\);)? /, "").replace(/ \}$/, "");
    equal(body, after);
  });
}

const SAME: [name: string, text: string][] = [
  [
    "variables that pieces read and assign",
    `const kept = []; const id = (x) => x;
     async function f(a, { b }, ...c) { let s = 0; var t = 1; for (const x of c) { s += id(x); t *= x; } await 1; s++; [a, b] = [id(b), id(a)]; if (id(a)) { await 2; s = id(s) * 2; } kept.push(() => c.length); return [a, b, s, t, c]; }
     function* g(n) { let i = 0; while (i < n) { const k = id(i++); kept.push(() => 1); i = id(i) + (yield k) ?? 0; } return i; }
     const it = g(5); export const r = [await f(1, { b: 2 }, 3, 4), it.next(), it.next(1), it.next(2), it.next(9)];`,
  ],
  [
    "variables that closures assign in the midst of a piece",
    `const call = (fn) => fn();
     async function f() { let n = 0; const up = () => ++n; await 1; const a = [n, up(), n, call(up), n]; n = up() + n; for (const x of a) n += x; return [n, a]; }
     export const r = [await f()];`,
  ],
  [
    "variables that are not there yet",
    `const log = []; const note = (x) => { log.push(x); return x; };
     const attempt = async (fn) => { try { return await fn(); } catch (e) { return [e.name, e.message]; } };
     export const r = [
       await attempt(async () => { await 1; const a = note([note(1), a]); return () => 1; }),
       await attempt(async () => { await 1; note([note(2), b]); let b = 1; return [b, () => 1]; }),
       await attempt(async () => { switch (await 2) { case 1: let c = note(1); case 2: note([note(3), c]); return () => 1; } }),
       await attempt(async () => { switch (await 1) { case 1: let c = note(4); note([c, c]); await 1; return [note(c), (() => 1)()]; } }),
       await attempt(async () => { for (const d of note([note(5), d])) await d; return () => 1; }),
       await attempt(async () => { await 1; class E { static x = note(typeof E); } note(E.name); return [E.x, (() => 1)()]; }),
       await attempt(async () => { await 1; if (note(0)) note(f); let f = note(6); note(f); return (() => f)(); }),
       log,
     ];`,
  ],
  [
    "constants that are assigned to",
    `const attempt = async (fn) => { try { return await fn(); } catch (e) { return e.message; } }; const id = (x) => x;
     export const r = [
       await attempt(async () => { const a = await 1; a = id(2); return [a, () => 1]; }),
       await attempt(async () => { const a = await 1; for (let i = 0; i < 2; i++) { a += id(i); } return () => 1; }),
       await attempt(async () => { for (const a of [await 1]) { a++; id(a); } return () => 1; }),
       await attempt(async function f() { await 1; f = id(1); return () => 1; }),
     ];`,
  ],
  [
    "what a try statement sees of assignments before a throw",
    `const fail = (x) => { throw x; }; const id = (x) => x;
     async function f(a) { let n = 0; try { n = id(1); await 1; for (const x of [1, 2]) { n += x; if (x > 1) fail(x); } } catch (e) { n = n * 10 + id(e); } finally { n = -id(n); await 2; } return [n, (() => 1)()]; }
     async function g() { let n = 0; try { n++; fail(n++); } catch { return [n, (() => 1)()]; } finally { n++; await n; } }
     export const r = [await f(), await g()];`,
  ],
  [
    "names that blocks, loops and clauses have of their own",
    `const id = (x) => x; const kept = [];
     async function f(x) { const out = []; { const x = id("block"); out.push(x); await 1; out.push(id(x)); } out.push(id(x)); for (let x = 0; x < 2; x++) { await 1; out.push(id(x)); x += id(0); } for (const x in { k: await 1 }) out.push(id(x)); try { throw await "caught"; } catch (x) { out.push(id(x)); await 1; out.push(id(x)); } { let x = 5; x = id(x) + 1; out.push(x); } x = id(x) + 1; kept.push(() => 1); out.push(x); return out; }
     var outer = "outer"; async function g() { { let outer = id("inner"); await outer; id(outer); } outer = id(outer) + "!"; return [outer, () => 1][0]; }
     export const r = [await f("f"), await g(), outer];`,
  ],
  [
    "this, arguments, new.target and super",
    `const id = (...x) => x; const kept = [];
     class B { m() { return ["B", this.n]; } constructor(x) { var x; this.n = id(x, new.target.name); kept.push(() => 1); } }
     class A extends B { constructor(y) { var y; const z = id(y); super(z[0]); this.z = id(this.n.length); kept.push(() => 2); }
       async m(a) { await 1; const x = id(this.n, arguments.length, ...arguments); const s = id(super.m(a)); const t = id((() => [this.z, arguments[0]])()); kept.push(() => 3); return [x, s, t, id({ arguments }).length]; }
       *g() { const t = id(this.z); yield t; kept.push(() => 4); yield id(arguments.length, new.target); } }
     const a = new A(7); export const r = [a.n, a.z, await a.m(8, 9), [...a.g(1, 2)]];`,
  ],
  [
    "exports, which other modules see change",
    `const id = (x) => x; export let n = await 1; export const see = () => n; var m = 1; export { m };
     for (const x of [1, 2]) { n += id(x); m = id(m) * 2; } if (id(true)) { n++; await 1; n = id(n) + 1; } export const r = [n, see(), m];`,
  ],
];

for (const [name, text] of SAME) {
  Deno.test(`SuspendingBody does not change ${name}`, async () => {
    await sameInEveryWay(text);
  });
}

const SLOPPY: [name: string, text: string][] = [
  [
    "arguments that are the parameters, and functions of blocks",
    `const id = (x) => x; const kept = [];
     function* f(a, b) { yield 1; arguments[0] = id(5); id(a); b = id(6); kept.push(() => 1); yield [a, b, arguments[1], id(arguments).length]; }
     function* g() { yield typeof h; { function h() { return 1; } id(h()); } yield typeof h; kept.push(() => 1); yield id(h()); }
     function w(o) { return [...(function* () { yield 1; with (o) { x = id(x) + 1; } kept.push(() => 1); yield id(x); })()]; } var x = 10;
     const anonymous = [function (a) { arguments[0] = 9; kept.push(() => 1); return [a, arguments.callee === anonymous[0], typeof this]; }];
     exports.r = [[...f(1, 2)], [...g()], w({ x: 1 }), w({}), x, anonymous[0].call(1, 2)];`,
  ],
  [
    "the variables of a CommonJS module",
    `exports.self = this === exports; exports.names = [typeof require, module.exports === exports, __filename, __dirname, arguments.length];
     var kept = () => exports.self; exports.kept = kept(); exports = { lost: true }; module.exports.last = typeof exports.lost;`,
  ],
  [
    "the variables of a CommonJS module that declares one again",
    `var require, module; var kept = [() => 1]; for (var i = 0; i < 2; i++) kept.push(() => i); exports.r = [kept.map((fn) => fn()), i, typeof module.exports, this === exports];`,
  ],
];

for (const [name, text] of SLOPPY) {
  Deno.test(`SuspendingBody does not change ${name}`, async () => {
    await sameInEveryWay(text, "commonjs");
  });
}
