import { equal, match } from "node:assert/strict";

import { causesOf } from "../../../lib/report/causes/causes.ts";
import { causesText } from "../../../lib/report/causes/causes_text.ts";
import type { Recording } from "../../../lib/recording/recording.ts";
import { at, LOAD, recorded } from "../../support/caused.ts";

async function textOf(recording: Recording): Promise<string> {
  return [...causesText(recording, await causesOf(recording), { directory: "/app" })].join("");
}

Deno.test("causesText() shows each cause with its line, and the compilers of hot functions", async () => {
  const recording = recorded([[[at("widths 5:18"), LOAD], 50], [[at("main 2:3")], 150]]);
  const text = await textOf(recording);
  match(text, /0\.1 ms {3}25\.0 % {2}widths {2}a\.ts:5 {2}return all\.one\.width \+ all\.length;/);
  match(text, /\n {21}property access on objects of many shapes \(megamorphic\)\n {21}V8 searches/);
  match(text, /75\.0 % {2}main {2}a\.ts:1\n {21}TurboFan 100\.0 %\n/);
  const history = { compilations: [], deopts: [] };
  match(
    await textOf({ ...recording, history }),
    /TurboFan 100\.0 %; never optimised, never deoptimised/,
  );
});

Deno.test("causesText() is empty where nothing is known", async () => {
  equal(await textOf(recorded([])), "");
  equal(await textOf(recorded([[[at("main 2:3", {})], 50]])), "");
});
