import { deepEqual, equal, ok } from "node:assert/strict";

import {
  type Cell,
  codeExcerpt,
  codeText,
  markdownTable,
  plainText,
} from "../../../lib/report/formats/markdown_text.ts";
import { readWithMarked, shownText, tableOf } from "../../support/report_readers.ts";

const CODES = [
  "a",
  "a | b || c",
  "`x` + ``y``",
  "/a\\|b/.test(s)",
  "`a\\|${b}` <b>&amp; *c* _d_ [e](f)",
  "\\",
  "|",
  "x = y\\\\|| z",
  "<module>",
  " a ",
];

Deno.test("markdownTable() shows code as it is, whatever is in it", async () => {
  const lines = markdownTable(
    ["Number", "Code"],
    CODES.map((code, i): Cell[] => [
      { number: String(i) },
      { code },
    ]),
  );
  const { sections } = await readWithMarked(`# T\n\n${lines.join("\n")}\n`);
  deepEqual(
    tableOf(sections.get("T")).map((row) => row["Code"]!.trim()),
    CODES.map((code) => code.trim()),
  );
  equal(lines.length, CODES.length + 2);
  deepEqual(lines[1], "| ---: | --- |");
});

Deno.test("codeText() and plainText() show text as it is, in one line", async () => {
  for (const text of [...CODES, "1\n2\t3", "a_b_c *d* ~~e~~ <f> #1"]) {
    const shown = async (markdown: string) => {
      const { tokens } = await readWithMarked(`- ${markdown}.\n`);
      return tokens[0]!.items!.map(shownText).join("").replace(/\s*\.$/, "").trim();
    };
    const expected = text.replace(/[\n\t]/g, " ").trim();
    equal(await shown(codeText(text)), expected);
    equal(await shown(`x ${plainText(text)}`), `x ${text.replace(/\s/g, " ")}`.trim());
  }
});

Deno.test("codeExcerpt() leaves space out, and cuts long lines around a column", () => {
  equal(codeExcerpt("\t  return x;  "), "return x;");
  const long = Array.from({ length: 5000 }, (_, i) => `f${i}();`).join("");
  const excerpt = codeExcerpt(long, long.indexOf("f2500();") + 1);
  ok(excerpt.length <= 122 && excerpt.includes("f2500();"), excerpt);
  ok(/^….*…$/.test(excerpt));
  ok(codeExcerpt(long).startsWith("f0();f1();"));
  ok(codeExcerpt(long, long.length).endsWith("f4999();"));
  ok(codeExcerpt("𝒳".repeat(200), 61).isWellFormed());
});
