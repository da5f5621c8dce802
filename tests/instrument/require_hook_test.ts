/*
 * A CommonJS program requires the same as without a hook, from every kind of file.
 */
import { equal, match } from "node:assert/strict";

import { isRequired } from "../../lib/instrument/require_hook.ts";
import { Workplace } from "../support/command_process.ts";

const addon = new URL(`../../ffi/prebuilt/libxperf-${Deno.build.arch}.so`, import.meta.url);
const preload = import.meta.resolve("../../lib/preload.ts");

const FILES = {
  "main.cjs": `
    const Module = require("node:module");
    const show = (name) => {
      try { console.log(name, require(name)); } catch (e) { console.log(name, e.name, e.message, e.code); }
    };
    for (const name of ["./data.json", "./list.json", "./broken.json", "./none.json", "./esm.mjs", "./typed.cts", "./script"]) {
      show(name);
    }
    console.log(Object.keys(require("./addon.node")));
    console.log(require.cache[require.resolve("./data.json")].exports);
    Module._extensions[".yaml"] = (module) => { module.exports = { yaml: module.id.endsWith(".yaml") }; };
    show("./text.yaml");
    const before = Module._extensions[".js"];
    Module._extensions[".js"] = (module, file) => {
      const { _compile } = module;
      module._compile = (code, file) => _compile.call(module, code.replace("SEVEN", "7"), file);
      before(module, file);
    };
    show("./replaced.js");
    show("./script.cjs");
  `,
  "data.json": '\ufeff{ "a": 1 }',
  "list.json": "[1, 2]",
  "broken.json": "{ broken",
  "esm.mjs": "export const a = 1;",
  "typed.cts": "const a: number = 1;\nexports.a = a;",
  "script": "module.exports = 'no extension';",
  "script.cjs": "module.exports = (() => 'script')();",
  "text.yaml": "a: 1",
  "replaced.js": "exports.seven = SEVEN;",
  "package.json": '{ "type": "commonjs" }',
};

Deno.test("isRequired() is for Deno's require only", () => {
  equal(isRequired({ conditions: ["node", "require"] }), true);
  equal(isRequired({ conditions: ["node", "import"] }), false);
  equal(isRequired({}), false);
});

Deno.test("require() returns the same with and without the preload", async () => {
  await using place = new Workplace();
  for (const [name, text] of Object.entries(FILES)) place.write(name, text);
  Deno.copyFileSync(addon, `${place.path}/addon.node`);
  const [plain, hooked] = await Promise.all([[], [`--preload=${preload}`]].map(async (flags) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-lock", "-A", ...flags, `${place.path}/main.cjs`],
      env: { NO_COLOR: "1", JS_PERF_VERBOSE: "1" },
    }).output();
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  }));
  equal(plain!.code, 0, plain!.stderr);
  match(plain!.stdout, /data\.json { a: 1 }\n.*{ yaml: true }\n.*{ seven: 7 }\n/s);
  equal(hooked!.stdout, plain!.stdout);
  equal(hooked!.code, 0);
  equal(hooked!.stderr.includes("data.json"), false, hooked!.stderr);
});
