import { deepEqual, equal } from "node:assert/strict";

import { causesOf } from "../../../lib/report/causes/causes.ts";
import { formatHtml } from "../../../lib/report/page/html.ts";
import { at, LOAD, recorded } from "../../support/caused.ts";
import { pageDataOf } from "../../support/page_model.ts";
import { textOf } from "../../support/recordings.ts";

const RECORDING = recorded([[[at("widths 5:18"), LOAD], 50], [[at("main 2:3")], 50]], {
  history: {
    compilations: [{ name: "main", file: "/app/a.ts", line: 1, maglev: 0, turbofan: 1 }],
    deopts: [],
  },
});

const dataOf = async () => {
  const causes = await causesOf(RECORDING);
  return pageDataOf(textOf(formatHtml(RECORDING, { title: "", facts: [] }, { causes })));
};

Deno.test("pageCauses() puts causes and the history of code at the page's functions and files", async () => {
  const { causes, histories, functions, files } = await dataOf();
  const [{ fn, file, name, line, column, weight, share, fact }] = causes as [typeof causes[0]];
  deepEqual(
    [causes.length, functions.name[fn], files[file], name, line, column, weight, share],
    [1, "widths", "/app/a.ts", "widths", 5, 18, 50_000, 0.5],
  );
  equal(fact, "property access on objects of many shapes (megamorphic)");
  deepEqual(histories.map(({ fn, text }) => [functions.name[fn], text]), [
    ["widths", "never optimised, never deoptimised"],
    ["main", "optimised once by TurboFan, never deoptimised"],
  ]);
});

Deno.test("pageCauses() keeps causes of functions and files that no sample has", async () => {
  const causes = await causesOf(RECORDING);
  const [cause] = causes.causes;
  const elsewhere = { ...cause!, fn: { name: "g", file: "/app/b.ts", line: 1 }, line: 7 };
  const sources = new Map([["/app/b.ts", `${"x\n".repeat(6)}seven`]]);
  const page = formatHtml({ ...RECORDING, sources }, { title: "", facts: [] }, {
    causes: { ...causes, causes: [elsewhere] },
  });
  const data = pageDataOf(textOf(page));
  const [{ fn, file, line }] = data.causes as [typeof data.causes[0]];
  deepEqual([fn, data.files[file], line], [-1, "/app/b.ts", 7]);
  equal(data.sources[file]?.excerpts[0]?.text.split("\n")[6], "seven");
});

Deno.test("a page without causes has none", () => {
  const data = pageDataOf(textOf(formatHtml(RECORDING, { title: "", facts: [] })));
  deepEqual([data.causes, data.histories], [[], []]);
});
