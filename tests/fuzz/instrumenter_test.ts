/*
 * Random source texts. The instrumenter makes a program of a program, and the original can be
 * restored. It leaves a text that is no program to the runtime.
 */
import { equal, ok } from "node:assert/strict";

import { MARKER, restoreSource } from "../../lib/instrument/positions/edits.ts";
import { formatInlineMap, splitInlineMap } from "../../lib/source/source_positions.ts";
import { parseSource, type SourceKind } from "../../lib/source/syntax_tree.ts";
import { transform } from "../../lib/instrument/rewrite/transform.ts";
import { attempt, fc, fuzz, mutated, textOf } from "../support/fuzz.ts";

const TOKENS = [
  ...["function ", "function* ", "async ", "await ", "yield ", "return ", "class ", "extends "],
  ...["=>", "(", ")", "{", "}", "[", "]", ",", ";", ":", ".", "...", "?.", "??", "=", "/", "/a/"],
  ...["`", "${", "'", '"', "\n", "//", "/*", "*/", "<!--", "#!", "#x", "@", "\\u0061", "\u2028"],
  ...["a", "b", "this", "super", "new.target", "arguments", "eval(a)", "with (a) ", "import.meta"],
  ...["import a from 'b';", "export default ", "export ", "let ", "var ", "const ", "using "],
  ...["if (a) ", "else ", "for (var a of b) ", "for await (a of b) ", "while (a) ", "do ", "try "],
  ...["catch (a) ", "finally ", "throw a", "switch (a) ", "case a:", "default:", "break", "a: "],
  ...["get ", "set ", "static ", "constructor() ", "'use strict';", "1", "1n", "in ", "of ", "++"],
];

/** Programs that hold one of everything. */
const PROGRAMS = [
  "function f(a, ...b) { return a + b.map((c) => c * 2); }\nexport default f;",
  "class A extends B { #x = 1; static { A.y = 2; } get z() { return this.#x; } *[Symbol.iterator]() { yield* []; } async m() { await super.m(); } }",
  "async function* g() { for await (const a of b()) { try { yield await a; } finally { c(); } } }\nawait g().next();",
  "'use strict';\nvar o = { f() { return arguments.length; }, get g() { return 1; }, ['h']: function () {} };\nlabel: for (;;) { break label; }",
  "const t = tag`a${(() => { return `b${1}`; })()}c`; switch (t) { case 1: function q() {} default: }",
  "#!/usr/bin/env deno\nimport a, { b as c } from 'd';\nexport * from 'e';\nexport const f = (x = () => 1, { y } = {}) => ({ x, y });",
  "var a = 1, b = a / 2 / (() => 3)(); if (a) function h() {} else ;",
];

const kinds = fc.constantFrom<SourceKind>("module", "commonjs", "script");

const source = fc.oneof(
  { weight: 3, arbitrary: mutated(fc.constantFrom(...PROGRAMS), TOKENS) },
  { weight: 2, arbitrary: textOf(TOKENS, 25) },
  { weight: 1, arbitrary: fc.constantFrom(...PROGRAMS) },
);

function check(text: string, kind: SourceKind): void {
  const result = attempt(
    () => transform(text, { url: "file:///a.ts", kind, firstId: 1, runtime: "$x" }),
    SyntaxError,
  );
  if (result === undefined) return;
  const edited = splitInlineMap(result.source).source;
  parseSource(edited, kind);
  // The original text can be restored without loss, because a program may ask for it.
  const original = splitInlineMap(text).source;
  if (!original.includes(MARKER)) equal(restoreSource(edited).trimEnd(), original.trimEnd());
  equal(edited.split("\n").length, original.split("\n").length);
  for (const { name, line } of [...result.functions, ...result.skipped]) {
    ok(name === "<module>" || line! >= 0 && name !== "", `${name} ${line}`);
  }
}

fuzz(
  "transform() makes a program of a program",
  fc.tuple(source, kinds),
  ([text, kind]) => check(text, kind),
  { runs: 4_000 },
);

const mappings = fc.oneof(
  textOf(["A", "C", "D", "g", "/", "+", ",", ";", "AAAA", "ggggggggB", "=", "!"]),
  fc.anything(),
);

const map = fc.record({
  version: fc.oneof(fc.constant(3), fc.anything()),
  sources: fc.oneof(
    fc.array(fc.oneof(fc.string(), fc.constant(null)), { maxLength: 3 }),
    fc.anything(),
  ),
  names: fc.oneof(fc.array(fc.string(), { maxLength: 3 }), fc.anything()),
  sourcesContent: fc.oneof(fc.array(fc.constant(null), { maxLength: 2 }), fc.anything()),
  sourceRoot: fc.oneof(fc.string(), fc.anything()),
  mappings,
  sections: fc.anything(),
}, { requiredKeys: [] });

fuzz(
  "transform() survives every source map",
  fc.tuple(
    fc.constantFrom(...PROGRAMS),
    fc.oneof(
      map.map((content) => {
        try {
          return formatInlineMap(content as Parameters<typeof formatInlineMap>[0]);
        } catch {
          return ""; // no JSON
        }
      }),
      textOf([
        ...[
          "\n",
          "//# sourceMappingURL=",
          "data:application/json;base64,",
          "e30=",
          "eyJ2ZXJzaW9uIjozfQ==",
        ],
        ...["//@ ", "data:application/json;charset=utf-8,", "A", "/", "=", " "],
      ]),
    ),
  ),
  ([text, comment]) => {
    const options = { url: "file:///a.ts", kind: "module" as const, firstId: 1, runtime: "$x" };
    attempt(() => transform(text + comment, options), SyntaxError);
  },
  { runs: 1_000 },
);
