import { deepEqual, equal } from "node:assert/strict";

import { Edits } from "../../../lib/instrument/positions/edits.ts";
import {
  type FunctionOptions,
  obstacle,
  wrapFunction,
} from "../../../lib/instrument/rewrite/function_body.ts";
import { LineStarts } from "../../../lib/source/line_starts.ts";
import { type Node, parseSource } from "../../../lib/source/syntax_tree.ts";

const MENTIONS = { suspends: false, evals: false, mentionsArguments: false, mentionsTarget: false };
const PLACE = { strict: true, insideWith: false, asksCaller: false };

/** Wraps the one function of a text: the new text without marks, and the numbers of arguments. */
function wrap(text: string, options: Partial<FunctionOptions> = {}) {
  const edits = new Edits(text);
  const args: (number | undefined)[] = [];
  const [first] = parseSource(text, "script")["body"] as [Node];
  const node = first.type === "ExpressionStatement" ? first["expression"] : first;
  const wrapped = wrapFunction(node, {
    ...PLACE,
    edits,
    self: () => undefined,
    number(count) {
      args.push(count);
      return { id: 7, runtime: "$", run: "run(", touch: "touch()" };
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
    "function f(a) { 'use strict';;{const $$=$,$_=$$.state;if($_)if($_!==7){$$.state=7;" +
      "return $$.e1(7,f,this,a)}else $$.state=-1} return a; }",
  );
  const arrow = wrap("(a, b) => a", { self });
  equal(
    arrow.text,
    "(a, b) => $.state&&$.state!==7?$.e2(7,($.state=7,f),void 0,a,b):($.state&&=-1,a)",
  );
  deepEqual([declared.args, arrow.args], [[1], [2]]);
});

Deno.test("wrapFunction() makes an arrow function of a body that cannot be called again", () => {
  equal(wrap("function f(a) { return a; }").text, "function f(a) {return run({ return a; })}");
  equal(wrap("() => a").text, "() => run((a))");
  // Parameters that run code would run it twice.
  const self = () => "f";
  equal(
    wrap("function f(a = b()) { 'd'; c; }", { self }).text,
    "function f(a = b()) { 'd';;return run({ c; })}",
  );
  deepEqual(wrap("function f(a = b()) {}", { self }).args, [undefined]);
});

Deno.test("wrapFunction() wraps a body piece by piece that suspends or declares a parameter again", () => {
  equal(wrap("async () => a(await b)").text, "async () => (touch(),a(await b))");
  equal(wrap("async () => a(await b())").text, "async () => (touch(),a(await run((b()))))");
  equal(
    wrap("function* f() { yield a; b(); }").text,
    "function* f() {touch(); yield a; ;run({b();}); }",
  );
  equal(wrap("function* f() { b(); }").text, "function* f() {touch(); ;run({b();}); }");
  equal(
    wrap("function f(a) { var a; b(); }").text,
    "function f(a) {touch(); var a; ;run({b();}); }",
  );
  // An async function that never waits can be one piece.
  equal(wrap("async () => b()").text, "async () => run((b()))");
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
