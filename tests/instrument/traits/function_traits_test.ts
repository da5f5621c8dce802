import { deepEqual, equal } from "node:assert/strict";

import { abridgeFunction, functionTraits } from "../../../lib/instrument/traits/function_traits.ts";
import { children, isFunction, type Node, parseSource } from "../../../lib/source/syntax_tree.ts";

/** The outermost function of a text, parsed with and without being abridged. */
function parse(text: string): { whole: Node; abridged: Node } {
  const whole = parseSource(text, "commonjs");
  const abridged = parseSource(text, "commonjs", abridgeFunction);
  return { whole: find(whole)!, abridged: find(abridged)! };
}

function find(node: Node): Node | undefined {
  if (isFunction(node)) return node;
  for (const child of children(node)) {
    const found = find(child);
    if (found !== undefined) return found;
  }
}

function size(node: Node): number {
  return children(node).reduce((sum, child) => sum + size(child), 1);
}

const FUNCTIONS: Readonly<Record<string, string>> = {
  "a declaration":
    "function f(a) { 'use strict'; var b = 1, c; let d; a(b); class e {} return arguments; }",
  "an arrow": "(a, b) => a(b, () => arguments, this)",
  "an arrow in arrows": "function f() { return [() => (() => eval('1'))]; }",
  "a generator": "function* f(a) { yield a; var b = yield* a; }",
  "an async function": "async function f() { for await (const a of b) c(a); }",
  "jumps":
    "function f() { a: for (;;) { if (b) continue a; switch (c) { case 1: break; } } function g() {} }",
  "with": "function f(a) { with (a) { var b = 1; (function () {})(); } }",
};

for (const [name, text] of Object.entries(FUNCTIONS)) {
  Deno.test(`abridgeFunction() keeps the traits of ${name}`, () => {
    const { whole, abridged } = parse(`x = ${text.startsWith("(") ? text : `(${text})`}`);
    deepEqual(functionTraits(abridged), functionTraits(whole));
  });
}

Deno.test("abridgeFunction() drops nodes without edits", () => {
  const { whole, abridged } = parse(`function f(a) {
    'use strict';
    a.b(c, d); if (a) { e(); f(); }
    if (a) { g(); h(i, () => j, k); }
    class L { m() { n(); } }
    Error.stackTraceLimit = 1;
  }`);
  const types = (abridged["body"].body as Node[]).map(({ type }) => type);
  deepEqual(types, [
    "ExpressionStatement",
    "IfStatement",
    "ClassDeclaration",
    "ExpressionStatement",
  ]);
  const [, { consequent }] = abridged["body"].body;
  equal(consequent.body.length, 1);
  deepEqual(consequent.body[0].expression.arguments.map(({ type }: Node) => type), [
    "ArrowFunctionExpression",
  ]);
  equal(size(abridged) < size(whole) * 0.7, true);
  equal(abridged["body"].end, whole["body"].end);
});

Deno.test("abridgeFunction() drops nothing of a body that is edited in pieces", () => {
  for (
    const text of [
      "function* f() { a(); b(); }",
      "async function f() { a(); await b(); }",
      "function f(a) { var a = 1; b(); }",
    ]
  ) {
    const { whole, abridged } = parse(text);
    equal(size(abridged), size(whole), text);
  }
});
