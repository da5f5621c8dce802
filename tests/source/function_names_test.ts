import { deepEqual, equal, ok } from "node:assert/strict";

import { LineStarts } from "../../lib/source/line_starts.ts";
import { parseSource } from "../../lib/source/syntax_tree.ts";
import { transform } from "../../lib/instrument/rewrite/transform.ts";
import { functionNames } from "../../lib/source/function_names.ts";

/** The name and line of the function that starts at the mark. */
function at(text: string): [string, number] | undefined {
  const source = text.replace("§", "");
  const { functions, initializers } = functionNames(source, "module");
  const start = text.indexOf("§");
  const found = functions.get(start) ?? initializers.instance.get(start) ??
    initializers.static.get(start);
  return found && [found.name, new LineStarts(source).lineAt(found.offset) + 1];
}

Deno.test("functionNames() finds functions at V8's start positions, with qualified names", () => {
  const cases: [string, string][] = [
    ["\nfunction foo§(a) {}", "foo"],
    ["\nfunction* foo§() {}", "foo"],
    ["\nfunction /* ( */ foo /* ( */ §(a) {}", "foo"],
    ["\nconst arrow = §(a) => a;", "arrow"],
    ["\nconst arrow = §a => a;", "arrow"],
    ["\nconst curry = a => §b => c => a;", "curry.<anonymous>"],
    ["\nconst curry = a => b => §c => a;", "curry.<anonymous>.<anonymous>"],
    ["\nconst later = §async (a) => a;", "later"],
    ["\nconst later = §async a => a;", "later"],
    ["\nclass Parser { next§(a) {} }", "Parser.next"],
    ["\nclass Parser { constructor§() {} }", "Parser.constructor"],
    ["\n§class Parser { }", "Parser.constructor"],
    ["\nclass Parser { get size§() { return 1; } }", "Parser.get size"],
    ["\nclass Parser { #own§() {} }", "Parser.#own"],
    ["\nclass Parser { [Symbol.iterator]§() {} }", "Parser.[Symbol.iterator]"],
    ["\nclass Parser { §a = 1; b = 2; }", "Parser.<instance_members_initializer>"],
    ["\nclass Parser { a = 1; §static b = 2; }", "Parser.<static_initializer>"],
    ["\nclass Parser { §static { f(); } }", "Parser.<static_initializer>"],
    ["\nclass Parser { a = §() => 1; }", "Parser.a"],
    ["\nclass Parser { static { (§() => 1)(); } }", "Parser.<anonymous>"],
    ["\nfunction outer() { function inner§() {} }", "outer.inner"],
    ["\nfunction outer(a = §() => 1) {}", "outer.a"],
    ["\nfunction A() { A.b = function§() {} }", "A.b"],
    ["\nconst object = { method§() {}, other() {} };", "object.method"],
    ["\nconst object = { member: function§() {} };", "object.member"],
    ["\nconst object = { deep: { member: §() => 1 } };", "object.deep.member"],
    ["\nfunction f() { return { g: class { h§() {} } }; }", "f.g.h"],
    ["\n[1].map(§(x) => x);", "<anonymous>"],
    ["\nexport default function§() {}", "default"],
    ["\nmodule.exports.run = function§() {};", "run"],
    // Compilers turn JSX and decorators into such code.
    ['\nconst App = §() => _jsx("div", { onClick: () => 1 });', "App"],
    ['\nconst App = () => _jsx("div", { onClick: §() => 1 });', "App.onClick"],
    ["\nlet A = (() => { class A { m§() {} } return A; })();", "A.A.m"],
  ];
  for (const [text, name] of cases) {
    const found = at(text);
    if (name === "A.A.m") ok(found?.[0].endsWith(".A.m") || found?.[0] === "A.A.m", found?.[0]);
    else deepEqual(found, [name, 2], text);
  }
  equal(at("\nfoo§();"), undefined);
});

Deno.test("functionNames() gives members the line of their key, others the line of their first word", () => {
  deepEqual(at("class A {\n  get\n  [key]\n  §() {}\n}"), ["A.get [key]", 2]);
  deepEqual(at("const f =\n  async function\n  §() {}"), ["f", 2]);
});

Deno.test("functionNames() names functions as the trampolines do", async () => {
  const texts = [
    "../../lib/source/libraries.js",
    "../../lib/report/formats/pprof_format.js",
  ].map((path) => new URL(path, import.meta.url));
  for (const url of texts) {
    const text = await Deno.readTextFile(url);
    const options = { url: url.href, kind: "module" as const, firstId: 0, runtime: "x" };
    const { functions, skipped } = transform(text, options);
    const wanted = [...functions, ...skipped]
      .filter(({ name }) => !/<module>$|<\w+_initializer>$/.test(name))
      .map(({ name, line }) => `${name}:${line}`);
    const lines = new LineStarts(text);
    const names = functionNames(text, "module");
    // Implicit constructors have no trampolines; several keys can be one function's.
    const found = [...new Set(names.functions.values())]
      .filter(({ name, offset }) =>
        !name.endsWith(".constructor") || !/^class\b/.test(text.slice(offset, offset + 6))
      )
      .map(({ name, offset }) => `${name}:${lines.lineAt(offset) + 1}`);
    ok(wanted.length > 10, `${url}: ${wanted.length}`);
    deepEqual(found.toSorted(), wanted.toSorted());
  }
});

Deno.test("functionNames() drops bodies from the tree during parsing", () => {
  const source = "function a() { function b() { function c() {} } }";
  let largest = 0;
  parseSource(source, "module", (node) => {
    largest = Math.max(largest, JSON.stringify(node["body"]).length);
    node["body"] = { type: "BlockStatement", body: [], start: 0, end: 0 };
  });
  ok(largest < 500);
  deepEqual([...functionNames(source, "module").functions.values()].map(({ name }) => name), [
    "a",
    "a.b",
    "a.b.c",
  ]);
});
