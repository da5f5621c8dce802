import { deepEqual, equal, match } from "node:assert/strict";

import { activation } from "../../lib/activation/activation.ts";
import { LeftAlone } from "../../lib/instrument/left_alone.ts";
import { type LoadHookOptions, makeLoadHook } from "../../lib/instrument/load_hook.ts";
import { UNANSWERED } from "../../lib/instrument/require_hook.ts";
import { ModuleMaps } from "../../lib/instrument/stacks/module_maps.ts";
import type { LoadContext, LoadResult } from "../../lib/source/loaded_source.ts";

const URL = "file:///app/a.js";

/** Has a hook load a source; the result, and what happened on the way. */
function load(
  source: string | LoadResult,
  { url = URL, context = {}, ...options }:
    & { url?: string; context?: LoadContext }
    & Partial<LoadHookOptions> = {},
) {
  const left: string[] = [];
  const maps = new ModuleMaps();
  const loaded = typeof source === "string" ? { source, format: "module" } : source;
  const asked: string[] = [];
  const hook = makeLoadHook({
    selects: () => true,
    leftAlone: new LeftAlone((line) => left.push(line), "list"),
    maps,
    ...options,
  });
  const result = hook(url, context, (url) => {
    asked.push(url);
    return loaded;
  });
  const { source: text, format } = result;
  return { result, loaded, text: String(text), format, left, asked, modules: [...maps] };
}

Deno.test("makeLoadHook() instruments a selected module, and keeps its positions", () => {
  const before = activation.functionCount;
  const { text, format, left, asked, modules } = load("export function f() { return 1; }");
  match(
    text,
    /^\/\*\$<\*\/\$xperf1\.touch\(\d+\);.*export function f\(\) \{.*\$xperf1.*return 1; \}/,
  );
  deepEqual([format, left, asked], ["module", [], [URL]]);
  deepEqual(modules.map(({ url, name }) => [url, name]), [[URL, URL]]);
  // The module's body has a number too.
  equal(activation.functionCount, before + 2);
});

Deno.test("makeLoadHook() names a CommonJS module by its path", () => {
  const { format, modules } = load({ source: "exports.f = () => 1;", format: "commonjs" });
  deepEqual([format, modules.map(({ name }) => name)], ["commonjs", ["/app/a.js"]]);
});

Deno.test("makeLoadHook() passes on unchanged what is not selected, no program, or this package's", () => {
  const text = "export function f() {}";
  const own = import.meta.resolve("../../lib/api/with_perf.ts");
  for (
    const options of [
      { selects: () => false },
      { url: "data:text/javascript,a" },
      { url: "node:fs" },
      { url: own },
    ]
  ) {
    const { result, loaded, modules } = load(text, options);
    equal(result, loaded);
    deepEqual(modules, []);
  }
  for (const format of ["json", "wasm", "builtin"]) {
    const { result, loaded } = load({ source: "{}", format });
    equal(result, loaded);
  }
  // The command and the demo are programs.
  const demo = load(text, { url: import.meta.resolve("../../lib/demo.ts"), selects: () => false });
  equal(demo.modules.length, 1);
});

Deno.test("makeLoadHook() leaves a file alone whose text it would mistake, or cannot parse", () => {
  for (
    const [text, reason] of [
      ["let $xperf1 = 1;", "contains $xperf1, which is ours"],
      ["/*$<*/ 1", "contains /*$<, which is ours"],
      ["let let = ;", "cannot be parsed: "],
    ] as const
  ) {
    const before = activation.functionCount;
    const { result, loaded, left } = load(text);
    equal(result, loaded);
    equal(left.length, 1);
    equal(left[0]!.startsWith(`left as it is: /app/a.js: ${reason}`), true, left[0]);
    equal(activation.functionCount, before);
  }
});

Deno.test("makeLoadHook() tells of functions that it cannot instrument", () => {
  const { left } = load("export function f() { return eval('1'); }\nexport function g() {}");
  deepEqual(left, ["left as it is: js::f:/app/a.js:1: calls eval"]);
});

Deno.test("makeLoadHook() gives Deno's require no answer unless it has instrumented the file", () => {
  const context = { conditions: ["node", "require"] };
  const source = { source: "exports.f = () => 1;", format: "commonjs" };
  const skipped = load(source, { context, selects: () => false });
  deepEqual([skipped.result, skipped.asked], [UNANSWERED, []]);
  const json = load(source, { context, url: "file:///app/a.json" });
  deepEqual([json.result, json.asked], [UNANSWERED, []]);
  equal(load({ source: "let let = ;", format: "commonjs" }, { context }).result, UNANSWERED);
  match(load(source, { context }).text, /\$xperf1/);
});

Deno.test("makeLoadHook() puts the start statements in front of the entry, instrumented or not", () => {
  const entry = { url: URL, start: "start();" };
  match(load("export const a = b();", { entry }).text, /start\(\);.*\$xperf1/);
  const plain = { entry, selects: () => false };
  equal(load("#!/usr/bin/env deno\nf();", plain).text, "#!/usr/bin/env deno\nstart();f();");
  equal(load("f();", plain).text, "start();f();");
  equal(load("f();", { ...plain, url: "file:///app/b.js" }).text, "f();");
  const commonJs = load({ source: "f();", format: "commonjs" }, plain);
  equal(commonJs.result, commonJs.loaded);
  const bytes = load({ source: new Uint8Array(1), format: "wasm" }, plain);
  equal(bytes.result, bytes.loaded);
});
