import { deepEqual, equal } from "node:assert/strict";

import { Edits, restoreSource } from "../../../lib/instrument/positions/edits.ts";
import { LineStarts } from "../../../lib/source/line_starts.ts";

function apply(source: string, edit: (edits: Edits) => void) {
  const edits = new Edits(source);
  edit(edits);
  const { pieces, lines } = edits.apply(new LineStarts(source));
  return { text: pieces.join(""), lines };
}

/** The text without the comments around insertions. */
function bare(text: string): string {
  return text.replace(/\/\*\$[<>].*?\*\//g, "");
}

Deno.test("Edits.insert() and append() keep the order of their calls at one place", () => {
  const { text } = apply("ab", (edits) => {
    edits.append(1, "1");
    edits.insert(2, "3");
    edits.insert(1, "2");
    edits.insert(0, "0");
  });
  equal(bare(text), "0a12b3");
  equal(restoreSource(text), "ab");
});

Deno.test("Edits.replace() comes behind insertions in front of it, and can be restored", () => {
  const { text } = apply("var a", (edits) => {
    edits.replace(0, 3, "void");
    edits.insert(0, "<");
    edits.append(3, ">");
  });
  equal(bare(text), "<void> a");
  equal(restoreSource(text), "var a");
});

Deno.test("Edits.insert() does not turn a division into a comment", () => {
  const { text } = apply("a/b", (edits) => {
    edits.insert(2, "f(");
    edits.insert(2, "g(");
    edits.append(3, "))");
  });
  equal(bare(text), "a/f(g(b))");
  const twice = (x: number) => 2 * x;
  equal(new Function("a", "b", "f", "g", `return ${text}`)(24, 3, twice, twice), 2);
  equal(restoreSource(text), "a/b");
});

Deno.test("Edits.apply() without edits changes nothing", () => {
  equal(apply("a\nb", () => {}).text, "a\nb");
});

Deno.test("EditedLines.originalColumn() is the original column of text behind edits", () => {
  const source = "var ab = c;\nd\nvar e, f";
  const { text, lines } = apply(source, (edits) => {
    edits.insert(9, "run(");
    edits.append(10, ")");
    edits.replace(0, 3, "void");
    edits.insert(19, "more");
    edits.replace(14, 17, "");
  });
  const original = source.split("\n");
  for (const [line, edited] of text.split("\n").entries()) {
    for (const name of original[line]!.match(/\b(?!var)[a-z]+\b|;/g)!) {
      equal(
        lines.originalColumn(line, columnOf(edited, name)),
        original[line]!.indexOf(name),
        name,
      );
    }
  }
  // Inserted text has the original position of its insertion.
  deepEqual(lines.originalColumn(0, text.indexOf("run(")), 9);
  deepEqual(lines.originalColumn(0, text.indexOf("void")), 0);
  deepEqual(lines.originalColumn(7, 5), 5);
});

/** Finds the column of a name outside of insertions. */
function columnOf(edited: string, name: string): number {
  const blank = edited.replace(/\/\*\$<.*?\/\*\$>\*\//g, (edit) => " ".repeat(edit.length));
  return blank.search(name === ";" ? /;/ : new RegExp(`\\b${name}\\b`));
}

const STATEMENTS: [text: string, edited: string][] = [
  ["a\n  b", "a;X\n  b"],
  ["a;\n\n\tb", "a;;X\n\n\tb"],
  ["{\r\nb", "{;X\r\nb"],
  ["a /* c */;\nb", "a /* c */;;X\nb"],
  // Behind these it would be part of a comment, or begin one.
  ["a // c\nb", "a // c\n;Xb"],
  ["a\n// c\nb", "a\n// c\n;Xb"],
  ["<!-- a\nb", "<!-- a\n;Xb"],
  ["#!a\nb", "#!a\n;Xb"],
  ["/a/\nb", "/a/\n;Xb"],
  ["a; b", "a; ;Xb"],
  ["\nb", "\n;Xb"],
];

for (const [text, edited] of STATEMENTS) {
  Deno.test(`Edits.insert() leaves a statement its column where it can: ${JSON.stringify(text)}`, () => {
    const edits = new Edits(text);
    edits.insert(text.indexOf("b"), ";X");
    const { pieces } = edits.apply(new LineStarts(text));
    equal(pieces.join("").replace(/\/\*\$[<>]\*\//g, ""), edited);
    equal(restoreSource(pieces.join("")), text);
  });
}

Deno.test("Edits.insert() puts what belongs to the next line behind what ends the line before", () => {
  const edits = new Edits("a()\nb()");
  edits.insert(0, "(");
  edits.insert(4, ";{");
  edits.append(7, "}");
  edits.append(3, ")");
  const { pieces } = edits.apply(new LineStarts("a()\nb()"));
  equal(pieces.join("").replace(/\/\*\$[<>]\*\//g, ""), "(a());{\nb()}");
});
