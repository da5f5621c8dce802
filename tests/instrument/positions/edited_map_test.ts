/*
 * Maps from instrumented text to what its author wrote, read back by @jridgewell/trace-mapping,
 * with maps of what a compiler made and without.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { encode } from "npm:@jridgewell/sourcemap-codec@1.5.5";
import { originalPositionFor, TraceMap } from "npm:@jridgewell/trace-mapping@0.3.31";

import { formatInlineMap, splitInlineMap } from "../../../lib/source/source_positions.ts";
import { transform, type Transformed } from "../../../lib/instrument/rewrite/transform.ts";

/** Every name stands here once, so that it can be found again. */
const SOURCE = `#!/usr/bin/env deno
"use strict"; const alpha = (beta) => beta_ + gamma(delta);
class Epsilon extends Zeta { eta = theta(); static { iota(); } kappa() { return lambda_; } }

async function mu(nu) { var xi = await omicron(pi_), rho; for (var sigma of tau) { upsilon(); } }
function* phi() { yield* chi(psi); return omega / digamma(); }
var stigma = heta(san), sho; if (sampi) { var koppa = 1 / lunate(final); }
`;

const OPTIONS = { url: "file:///a.ts", kind: "module", firstId: 0, runtime: "$x" } as const;

/** The lines of an edited text without its map, with blanks in the place of insertions. */
function editedLines({ source }: Transformed): string[] {
  const text = source.slice(0, source.lastIndexOf("\n//# sourceMappingURL="));
  return text.replace(/\/\*\$<.*?\/\*\$>\*\//g, (edit) => " ".repeat(edit.length)).split("\n");
}

function names(line: string): string[] {
  return (line.match(/\b[A-Za-z_]{2,}\b/g) ?? []).filter((name) => line.split(name).length === 2);
}

Deno.test("transform() maps every word to its place", () => {
  const result = transform(SOURCE, OPTIONS);
  const map = new TraceMap(result.map as never);
  let count = 0;
  for (const [index, line] of SOURCE.split("\n").entries()) {
    for (const name of names(line)) {
      const column = editedLines(result)[index]!.indexOf(name);
      if (column < 0) continue; // \`var\` has been replaced
      const found = originalPositionFor(map, { line: index + 1, column });
      deepEqual([found.line, found.column], [index + 1, line.indexOf(name)], name);
      deepEqual(
        result.positions.original({ line: index + 1, column: column + 1 }),
        { line: index + 1, column: line.indexOf(name) + 1 },
      );
      count++;
    }
  }
  ok(count > 40);
});

Deno.test("transform() maps lines and the text behind edits if words are not asked for", () => {
  const { map } = splitInlineMap(transform(SOURCE, OPTIONS).source);
  const { map: words } = splitInlineMap(transform(SOURCE, { ...OPTIONS, mapsWords: true }).source);
  for (const [index] of SOURCE.trim().split("\n").entries()) {
    for (const read of [map, words]) {
      equal(originalPositionFor(read as TraceMap, { line: index + 1, column: 0 }).line, index + 1);
    }
  }
  const column = editedLines(transform(SOURCE, OPTIONS))[1]!.indexOf("beta_");
  equal(
    originalPositionFor(map as TraceMap, { line: 2, column }).column,
    SOURCE.split("\n")[1]!.indexOf("beta_"),
  );
});

Deno.test("transform() moves and keeps a text's own source map", () => {
  const lines = SOURCE.split("\n");
  const words = lines.flatMap(names);
  // A map to a file with its lines in reverse order, each word two columns to the right.
  const before = {
    version: 3,
    sources: ["b.ts", "a.ts"],
    names: words,
    sourcesContent: [null, "content"],
    mappings: encode(lines.map((line, index) =>
      names(line).map((name) => {
        const place: [number, number, number, number] = [
          ...[line.indexOf(name), 1, lines.length - index - 1, line.indexOf(name) + 2] as const,
        ];
        return index % 2 ? place : [...place, words.indexOf(name)] as never;
      })
    )),
  };
  const result = transform(SOURCE + formatInlineMap(before), OPTIONS);
  const { map } = splitInlineMap(result.source);
  for (const [index, line] of lines.entries()) {
    for (const name of names(line)) {
      const column = editedLines(result)[index]!.indexOf(name);
      if (column < 0) continue;
      const found = originalPositionFor(map as TraceMap, { line: index + 1, column });
      deepEqual(
        [found.source, found.line, found.column, found.name],
        [
          "a.ts",
          lines.length - index,
          line.indexOf(name) + 2,
          index % 2 ? null : name,
        ],
        name,
      );
      deepEqual(
        result.positions.original({ line: index + 1, column: column + 1 }),
        { line: lines.length - index, column: line.indexOf(name) + 3 },
      );
      deepEqual(
        result.positions.beforeEdits({ line: index + 1, column: column + 1 }),
        { line: index + 1, column: line.indexOf(name) + 1 },
      );
    }
  }
  deepEqual((map as TraceMap).sourcesContent, [null, "content"]);
});
