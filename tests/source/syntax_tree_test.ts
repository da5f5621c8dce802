import { deepEqual, equal, throws } from "node:assert/strict";

import {
  children,
  directives,
  isClass,
  isFunction,
  type Node,
  parseSource,
  visitChildren,
} from "../../lib/source/syntax_tree.ts";

/** The first statement of a module. */
function statement(text: string): Node {
  return parseSource(text, "module")["body"][0];
}

/** All nodes below a node, by their texts. */
function texts(node: Node, source: string): string[] {
  return children(node).map(({ start, end }) => source.slice(start, end));
}

Deno.test("parseSource() parses each kind by its own rules", () => {
  for (
    const [text, kinds] of [
      ["import 'a'; await 1;", ["module"]],
      ["with (a) b;", ["commonjs", "script"]],
      ["return 1;", ["commonjs"]],
      ["#!/usr/bin/env deno\n1", ["module", "commonjs", "script"]],
      ["super.a;", []],
      ["class A { m() { this.#missing; } }", []],
      ["", ["module", "commonjs", "script"]],
    ] as const
  ) {
    for (const kind of ["module", "commonjs", "script"] as const) {
      const parse = () => parseSource(text, kind);
      if ((kinds as readonly string[]).includes(kind)) equal(parse().type, "Program", text);
      else throws(parse, SyntaxError, `${text} as ${kind}`);
    }
  }
});

Deno.test("parseSource() tells its listener of every function, inner ones first", () => {
  const bodies: string[] = [];
  const source = "function f() { return () => 1; } class A { m() { 2; } static { 3; } }";
  parseSource(source, "module", ({ body }) => bodies.push(source.slice(body.start, body.end)));
  deepEqual(bodies, ["1", "{ return () => 1; }", "{ 2; }"]);
});

Deno.test("visitChildren() visits all that enumerating the fields finds, in source order", () => {
  const source = `
    const { a = 1, ...b } = c(d, ...e), f = [, g]; let h;
    if (i) { j.k; } else l = -m; if (n) ; o ? p : q; r && s; t?.u[v]; return_: for (;;) break;
    function w(x) { if (x) return; return { y, [z]: 1, get aa() { return 2; }, bb() {}, ...cc }; }
    new dd(ee); ff\`\${gg}\`; class hh extends ii { jj = 1; static { kk(); } } import("ll"); ({});
  `;
  const check = (node: Node) => {
    const found = children(node);
    const expected: Node[] = [];
    for (const value of Object.values(node).flat()) {
      if (typeof value === "object" && typeof value?.type === "string") expected.push(value);
    }
    deepEqual(new Set(found), new Set(expected), node.type);
    // acorn puts a label behind its statement, and a template's texts behind its expressions.
    const starts = found.filter(({ type }) => type !== "TemplateElement" && type !== "Identifier")
      .map(({ start }) => start);
    deepEqual(starts, starts.toSorted((a, b) => a - b));
    found.forEach(check);
  };
  check(parseSource(source, "module"));
});

Deno.test("visitChildren() goes one level down, and passes holes and missing parts over", () => {
  const source = "f(a.b, [, c], () => d);";
  const seen: string[] = [];
  const { expression } = statement(source);
  visitChildren(expression, {
    visit: ({ start, end }) => void seen.push(source.slice(start, end)),
  });
  deepEqual(seen, ["f", "a.b", "[, c]", "() => d"]);
  deepEqual(texts(expression.arguments[1], source), ["c"]);
  deepEqual(children(statement("let a;")["declarations"][0]).length, 1);
  deepEqual(children(statement(";")), []);
});

Deno.test("isFunction() and isClass() tell functions and classes from members and blocks", () => {
  const kinds = (text: string) => {
    const { expression } = statement(`(${text});`);
    return [isFunction(expression), isClass(expression)];
  };
  deepEqual(kinds("function () {}"), [true, false]);
  deepEqual(kinds("async () => {}"), [true, false]);
  deepEqual(kinds("class {}"), [false, true]);
  deepEqual(kinds("{ m() {} }"), [false, false]);
  equal(isFunction(statement("export default function () {}")["declaration"]), true);
  equal(isClass(statement("class A {}")), true);
  equal(isFunction(statement("class A { static {} }")["body"].body[0]), false);
});

Deno.test("directives() ends at the first statement that is none", () => {
  const of = (text: string) => directives(parseSource(text, "script")["body"]).length;
  equal(of("'use strict'; 'b'; a; 'c';"), 2);
  equal(of("'a';"), 1);
  equal(of("('a'); 'b';"), 0);
  equal(of(""), 0);
});
