import { deepEqual, equal } from "node:assert/strict";

import { Edits } from "../../../lib/instrument/positions/edits.ts";
import {
  type FunctionOptions,
  obstacle,
  wrapFunction,
} from "../../../lib/instrument/rewrite/function_body.ts";
import { bodyTraits } from "../../../lib/instrument/traits/body_traits.ts";
import { LineStarts } from "../../../lib/source/line_starts.ts";
import { type Node, parseSource } from "../../../lib/source/syntax_tree.ts";

const MENTIONS = bodyTraits([]);
const PLACE = { strict: true, insideWith: false, asksCaller: false };

/** Wraps the one function of a text: the new text without marks, and the numbers of arguments. */
function wrap(text: string, options: Partial<FunctionOptions> = {}) {
  const edits = new Edits(text);
  const args: (number | undefined)[] = [];
  const [first] = parseSource(text, "script")["body"] as [Node];
  const node = first.type === "ExpressionStatement" ? first["expression"] : first;
  const wrapped = wrapFunction(node, {
    ...PLACE,
    isDerived: false,
    edits,
    self: () => undefined,
    number(count) {
      args.push(count);
      return { id: 7, runtime: "$", touch: "touch()" };
    },
    ...options,
  });
  wrapped.close();
  const pieces = edits.apply(new LineStarts(text)).pieces.join("");
  return { text: pieces.replace(/\/\*\$[<>].*?\*\//g, ""), args, reason: wrapped.reason };
}

Deno.test("wrapFunction() has a function that reaches itself call itself again, behind its directives", () => {
  const self = () => "f";
  const declared = wrap("function f(a) { 'use strict'; return a; }", { self });
  equal(
    declared.text,
    "function f(a) { 'use strict';;{if($.state)if($.state!==7){$.state=7;" +
      "return (0,$.e1)(7,f,this,a)}else $.state=-1} return a; }",
  );
  const arrow = wrap("(a, b) => a", { self });
  equal(
    arrow.text,
    "(a, b) => $.state&&$.state!==7?(0,$.e2)(7,($.state=7,f),void 0,a,b):($.state&&=-1,a)",
  );
  deepEqual([declared.args, arrow.args], [[1], [2]]);
});

/** The texts around a piece that has all from outside. */
const whole = (body: string) => `(0,$.pieceOf)(7)(function $p(){${body}})`;
const value = (body: string) => `(0,$.pieceOf)(7)(function $p(){return(${body})})`;
const arrow = (body: string) => `(0,$.runArrow)(7,()=>${body})`;

Deno.test("wrapFunction() makes an arrow function of a body that cannot be called again", () => {
  equal(wrap("function f(a) { return a; }").text, `function f(a) {return ${whole(" return a; ")}}`);
  equal(wrap("() => a").text, `() => ${arrow("(a)")}`);
  // Parameters that run code would run it twice.
  const self = () => "f";
  equal(
    wrap("function f(a = b()) { 'd'; c; }", { self }).text,
    `function f(a = b()) { 'd';;return ${whole(" c; ")}}`,
  );
  deepEqual(wrap("function f(a = b()) {}", { self }).args, [undefined]);
});

Deno.test("wrapFunction() passes parameters, this and arguments to a body that makes functions", () => {
  const body = (text: string, options?: Partial<FunctionOptions>) =>
    wrap(`function f(a, b) { ${text} () => 1; }`, options).text
      .replace("function f(a, b) {return ", "").slice(0, -1);
  equal(body("a;"), "(0,$.pieceOf)(7)(function $p(a){ a; () => 1; },void 0,a)");
  equal(body("this;"), "(0,$.pieceOf)(7)(function $p(){ this; () => 1; },this)");
  equal(
    body("a(this, arguments);"),
    "(0,$.pieceOf)(7)(function $p(a,$a){ a(this, $a); () => 1; },this,a,arguments)",
  );
  equal(
    wrap("(a) => [this, () => a]").text,
    "(a) => (0,$.runArrow)(7,(a)=>([this, () => a]),a)",
  );
  // Of the constructor of a class that extends one, `this` comes later.
  const derived = body("this; a;", { isDerived: true });
  equal(derived, "(0,$.runArrow)(7,(a)=>{ this; a; () => 1; },a)");
  // Of sloppy code, `arguments` is another way to the parameters.
  const sloppy = body("a = arguments;", { strict: false });
  equal(sloppy, "(0,$.pieceOf)(7)(function $p($a){ a = $a; () => 1; },void 0,arguments)");
  // By another name, V8's messages would show it, and arrow functions would not find it.
  equal(body("arguments();"), arrow("{ arguments(); () => 1; }"));
  equal(body("this; () => arguments;"), arrow("{ this; () => arguments; () => 1; }"));
  // A body that makes none keeps nothing alive.
  equal(
    wrap("function f(a) { a(this); }").text,
    "function f(a) {return (0,$.pieceOf)(7)(function $p(){ a(this); },this)}",
  );
});

Deno.test("wrapFunction() wraps a body piece by piece that suspends or declares a parameter again", () => {
  equal(wrap("async () => a(await b)").text, "async () => (touch(),a(await b))");
  equal(wrap("async () => a(await b())").text, `async () => (touch(),a(await ${value("b()")}))`);
  equal(
    wrap("function* f() { yield a; b(); }").text,
    `function* f() {touch(); yield a; ;${whole("b();")}; }`,
  );
  equal(wrap("function* f() { b(); }").text, `function* f() {touch(); ;${whole("b();")}; }`);
  equal(
    wrap("function f(a) { var a; b(); }").text,
    `function f(a) {touch(); var a; ;${whole("b();")}; }`,
  );
  // An async function that never waits can be one piece.
  equal(wrap("async () => b()").text, `async () => ${arrow("(b())")}`);
});

Deno.test("wrapFunction() passes variables to pieces, and back, where a function is made that has none of them", () => {
  const body = (text: string) =>
    wrap(`async function f(a) { let n = 1; await a; ${text} }`).text
      .replace("async function f(a) {touch(); let n = 1; await a; ", "").slice(0, -2);
  equal(
    body("n += use(a); () => 1;"),
    ";n=(0,$.pieceOf)(7)(function $p(n,a){n += use(a);;return n},void 0,n,a); () => 1;",
  );
  equal(
    body("n += use(a); () => n;"),
    ";(0,$.pieceOf)(7)(function $p(a){n += use(a);},void 0,a); () => n;",
  );
  equal(
    body("use(n, this); () => 1;"),
    ";(0,$.pieceOf)(7)(function $p(n){use(n, this);},this,n); () => 1;",
  );
  equal(body("n += use(a);"), `;${whole("n += use(a);")};`);
});

Deno.test("wrapFunction() leaves a function alone where there is an obstacle, and gives it no number", () => {
  const text = "function f() { eval('a'); }";
  deepEqual(wrap(text), { text, args: [], reason: "calls eval" });
  const inWith = wrap("() => a", { insideWith: true });
  deepEqual(inWith, { text: "() => a", args: [], reason: 'inside "with"' });
});

Deno.test("obstacle() names the reason, and takes strict code for no caller", () => {
  const of = (place: Partial<typeof PLACE>, evals = false) =>
    obstacle({ ...MENTIONS, evals }, { ...PLACE, ...place });
  equal(of({}), undefined);
  equal(of({ insideWith: true }, true), 'inside "with"');
  equal(of({}, true), "calls eval");
  equal(of({ asksCaller: true }), undefined);
  equal(of({ asksCaller: true, strict: false }), 'its file asks for "caller"');
  equal(of({ strict: false }), undefined);
});
