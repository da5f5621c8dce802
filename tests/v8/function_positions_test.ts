import { deepEqual, equal } from "node:assert/strict";

import { formatInlineMap } from "../../lib/instrument/source_positions.ts";
import { modulePositions } from "../../lib/v8/function_positions.ts";

/** The name and line of the function whose parameters begin at the mark. */
function at(text: string): [string, number] | undefined {
  const offset = text.indexOf("§");
  const before = text.slice(0, offset).split("\n");
  const source = text.replace("§", "");
  const found = modulePositions(source, "module")
    .functionAt(before.length, before.at(-1)!.length + 1);
  return found && [found.name, found.line];
}

Deno.test("modulePositions() finds functions where V8 says they begin, by qualified names", () => {
  const cases: [string, string][] = [
    ["\nfunction foo§(a) {}", "foo"],
    ["\nfunction* foo§() {}", "foo"],
    ["\nconst arrow = §(a) => a;", "arrow"],
    ["\nconst arrow = §a => a;", "arrow"],
    ["\nconst later = async §(a) => a;", "later"],
    ["\nclass Parser { next§(a) {} }", "Parser.next"],
    ["\nclass Parser { constructor§() {} }", "Parser.constructor"],
    ["\nclass Parser { get size§() { return 1; } }", "Parser.get size"],
    ["\nfunction outer() { function inner§() {} }", "outer.inner"],
    ["\nconst object = { method§() {}, other() {} };", "object.method"],
    ["\nconst object = { member: function§() {} };", "object.member"],
    ["\n[1].map(§(x) => x);", "<anonymous>"],
    ["\nexport default function§() {}", "default"],
  ];
  for (const [text, name] of cases) deepEqual(at(text), [name, 2], text);
  equal(at("\nfoo§();"), undefined);
});

Deno.test("modulePositions() gives lines of the original source", () => {
  // Line 2 of the text, from its first column on, is line 7 of the original.
  const map = { version: 3, sources: ["a.ts"], names: [], mappings: ";AAMA" };
  const positions = modulePositions("\nfunction foo() {}" + formatInlineMap(map), "module");
  deepEqual(positions.functionAt(2, 13), { name: "foo", line: 7 });
  equal(positions.lineAt(2, 3), 7);
});

Deno.test("modulePositions() of what cannot be parsed knows lines only", () => {
  const positions = modulePositions("function foo( {", "module");
  equal(positions.functionAt(1, 13), undefined);
  equal(positions.lineAt(1, 13), 1);
});
