/*
 * Deno loads under the preload what it loads without, in the same words where it fails: modules that
 * are not JavaScript, modules with syntax errors, and modules whose address has a query.
 */
import { equal, match } from "node:assert/strict";

import { Workplace } from "../support/command_process.ts";
import { type Ended, runCommand } from "../support/other_runtime.ts";

const preload = import.meta.resolve("../../lib/preload.ts");

/** `export function add(a: i32, b: i32): i32 { return a + b; }` (WebAssembly, binary format 1). */
// deno-fmt-ignore
const ADD = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 7, 1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f, 3, 2, 1, 0,
  7, 7, 1, 3, 0x61, 0x64, 0x64, 0, 0, 10, 9, 1, 7, 0, 0x20, 0, 0x20, 1, 0x6a, 11,
]);

const FILES = {
  "data.json": '{ "a": 1 }\n',
  "thrower.mjs":
    "export const fails = () => { throw new Error('failed'); };\nexport const calls = () => fails();\n",
  "thrower.ts":
    "export const fails = (): never => { throw new Error('failed'); };\nexport const calls = (): never => fails();\n",
  "broken.mjs": "export const a = ;\n",
  "broken.ts": "export const a: number = ;\n",
};

/** Programs, by what they load. */
const PROGRAMS: Readonly<Record<string, [text: string, said: RegExp]>> = {
  "WebAssembly": [`import { add } from "./add.wasm"; console.log(add(1, 2));`, /^3$/m],
  "one file as text, as bytes and as a module": [
    `import text from "./thrower.mjs" with { type: "text" };
import bytes from "./thrower.mjs" with { type: "bytes" };
import * as module from "./thrower.mjs";
console.log(text.length, bytes.length, Object.keys(module));`,
    /^95 95 /m,
  ],
  "JSON with its attribute": [
    `import data from "./data.json" with { type: "json" }; console.log(data);`,
    /a: 1/,
  ],
  "JSON without its attribute": [`import data from "./data.json"; console.log(data);`, /Json/],
  "JSON without its attribute, later": [`console.log(await import("./data.json"));`, /JSON/],
  "a syntax error": [`import "./broken.mjs";`, /Expression expected/],
  "a syntax error in TypeScript": [`import "./broken.ts";`, /Expression expected/],
  "a syntax error, later": [
    `for (const name of ["./broken.mjs", "./broken.ts"]) {
  try { await import(name); } catch (error) { console.log(error.name, error.message, error.stack); }
}`,
    /Expression expected/,
  ],
  "a query and a fragment": [
    `import { calls } from "./thrower.mjs?v=2";
import { calls as typed } from "./thrower.ts?v=3#x";
try { typed(); } catch (error) { console.log(error.stack); }
calls();`,
    /thrower\.mjs\?v=2:2:/,
  ],
};

function run(place: Workplace, flags: readonly string[], program: string): Promise<Ended> {
  return runCommand([
    Deno.execPath(),
    "run",
    "--no-lock",
    "-A",
    "--unstable-raw-imports",
    ...flags,
    `${place.path}/${program}`,
  ], { cwd: place.path });
}

async function workplace(): Promise<Workplace> {
  const place = new Workplace();
  for (const [name, text] of Object.entries(FILES)) place.write(name, text);
  await Deno.writeFile(`${place.path}/add.wasm`, ADD);
  return place;
}

for (const [name, [text, said]] of Object.entries(PROGRAMS)) {
  Deno.test(`the load hook has Deno load ${name} as without it`, async () => {
    await using place = await workplace();
    place.write("main.mjs", text);
    const [plain, hooked] = await Promise.all([
      run(place, [], "main.mjs"),
      run(place, [`--preload=${preload}`], "main.mjs"),
    ]);
    match(plain.stdout + plain.stderr, said);
    equal(hooked.stdout, plain.stdout);
    equal(hooked.stderr, plain.stderr);
    equal(hooked.code, plain.code);
  });
}

Deno.test("the load hook keeps what other hooks answer, and shows them the source", async () => {
  await using place = await workplace();
  place.write(
    "early.mjs",
    `import { registerHooks } from "node:module";
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    return url.endsWith("/data.json") ? { ...loaded, source: "export default 'changed'" } : loaded;
  },
});`,
  );
  place.write(
    "main.mjs",
    `import { registerHooks } from "node:module";
const { default: changed } = await import("./data.json");
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    console.log(url.split("/").at(-1), typeof loaded.source);
    return loaded;
  },
});
const { default: late } = await import("./late.json", { with: { type: "json" } });
console.log(changed, late);`,
  );
  place.write("late.json", "[1]");
  const [plain, hooked] = await Promise.all([
    run(place, ["--preload=./early.mjs"], "main.mjs"),
    run(place, ["--preload=./early.mjs", `--preload=${preload}`], "main.mjs"),
  ]);
  equal(plain.stdout, "late.json string\nchanged [ 1 ]\n", plain.stderr);
  equal(hooked.stdout, plain.stdout, hooked.stderr);
});
