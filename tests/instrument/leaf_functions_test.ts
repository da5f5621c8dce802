/*
 * Functions that are too small for a frame each time.
 */
import { equal } from "node:assert/strict";

import { isLeaf } from "../../lib/instrument/leaf_functions.ts";
import { type Node, parseSource } from "../../lib/instrument/syntax_tree.ts";

function leaf(text: string): boolean {
  const program = parseSource(text, "script");
  const statement: Node = program["body"][0];
  return isLeaf(statement.type === "ExpressionStatement" ? statement["expression"] : statement);
}

for (
  const text of [
    "function f() {}",
    "(a) => a.b.c",
    "(c) => c === 10 || c === 13",
    "function f(a) { if (a > 1) return this.x; else throw a; }",
    "function f(a) { switch (a) { case 1: return 2; default: return a[0]; } }",
    "function f() { return this.stack[this.stack.length - 1]; }",
    "function f(i) { return this.text.charCodeAt(i) === 47 && Array.isArray(this); }",
    "function f(a) { this.a = a; this.n++; }",
  ]
) Deno.test(`isLeaf() takes ${text}`, () => equal(leaf(text), true));

for (
  const text of [
    "() => f()",
    "() => a.at(0)",
    "() => a[f]()",
    "() => new A()",
    "() => a`b`",
    "() => `${a}`",
    "() => import(a)",
    "() => [a]",
    "() => ({ ...a })",
    "(a) => { const { b } = a; }",
    "() => () => 1",
    "() => class {}",
    "(i) => a[i]",
    "(i) => a[i - 1]",
    "function f() { for (;;); }",
    "function f() { while (a); }",
    "function f() { for (a of b); }",
    "function f() { try { a; } finally {} }",
    `() => ${"a || ".repeat(64)}a`,
  ]
) Deno.test(`isLeaf() leaves ${text.slice(0, 40)}`, () => equal(leaf(text), false));
