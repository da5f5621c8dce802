import { deepEqual, equal } from "node:assert/strict";

import { causesOf } from "../../../lib/report/causes/causes.ts";
import { causesMarkdown } from "../../../lib/report/formats/causes_markdown.ts";
import { at, LOAD, recorded } from "../../support/caused.ts";

Deno.test("causesMarkdown() has a line for each cause, with its place", async () => {
  const recording = recorded([[[at("widths 5:18"), LOAD], 5000], [[at("main 2:3")], 15000]]);
  const lines = causesMarkdown(await causesOf(recording), "nanoseconds");
  deepEqual(lines.slice(0, 2), ["## Why", ""]);
  deepEqual(
    lines[2]!.split(". ")[0],
    "- `/app/a.ts:5` `widths`: 5.0 ms, 25.0 %, property access on objects of many shapes (megamorphic)",
  );
  // Then stand the functions, with the compilers of their code.
  equal(lines[4], "## Compilers of the hottest functions");
  equal(lines[6], "- `/app/a.ts:1` `main`: 15 ms, 75.0 %: TurboFan 100.0 %.");
  deepEqual(causesMarkdown(await causesOf(recorded([])), "nanoseconds"), []);
});
