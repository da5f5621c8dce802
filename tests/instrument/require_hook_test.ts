/*
 * With the hook a CommonJS program gets the same from `require` as without it, for every kind of file
 * and whatever the program does to `require`.
 */
import { equal, match, ok } from "node:assert/strict";

import { perfMapPath } from "../../lib/backends/perf_map/perf_map.ts";
import { RUNTIME_EXPRESSION } from "../../lib/activation/instrumented_code.ts";
import { isRequired } from "../../lib/instrument/require_hook.ts";
import { libraryFile } from "../../lib/native/library_file.ts";
import { currentPlatform } from "../../lib/runtime/runtime.ts";
import { Workplace } from "../support/command_process.ts";
import { testNeeding } from "../support/needing.ts";
import { obstacleOfRuntime, type OtherRuntime, runtimeProgram } from "../support/other_runtime.ts";

const addon = libraryFile(currentPlatform());
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

Deno.test("isRequired() tells require from import", () => {
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

const TOOLS = {
  "main.cjs": `
    const Module = require("node:module");
    const path = require("node:path");
    const show = (name, body) => {
      try { console.log(name, JSON.stringify(body())); } catch (e) { console.log(name, "throws", e.message); }
    };
    const { _compile } = Module.prototype;
    show("itself", () => [_compile.name, _compile.length, /xperf|disguise/.test(_compile)]);
    show("stack", () => require("./fails.js")().split("\\n").slice(0, 4).map((line) => line.replace(/\\(.*[/]/, "(")));
    Module.prototype._compile = function (code, file) { seen = code; return _compile.call(this, code, file); };
    let seen;
    show("seen", () => [require("./seen.js").text, seen]);
    Module.prototype._compile = function (code, file) { return _compile.call(this, code + "exports.x = 1", file); };
    show("appended", () => require("./appended.js"));
    Module.prototype._compile = _compile;
    const js = Module._extensions[".js"];
    Module._extensions[".js"] = (module, file) => {
      module._compile = (code, file) => { seen = code; _compile.call(module, code.replace("MARK", "'replaced'"), file); };
      js(module, file);
    };
    show("replaced", () => [require("./replaced.js").value(), seen]);
    Module._extensions[".js"] = js;
    show("from a text", () => {
      const module = new Module("made");
      module._compile("exports.f = function f() { return f.toString(); };", path.resolve("made.js"));
      return module.exports.f();
    });
    const [start, end] = [Module.wrapper[0], Module.wrapper[1]];
    Module.wrapper[0] = start + "const extra = 5;";
    Module.wrapper[1] = "\\nmodule.exports.read = (name) => eval(name);" + end;
    show("wrapper", () => { const m = require("./wrapped.js"); return [m.extra(), m.read("secret"), String(m.read("hidden"))]; });
    Module.wrapper[0] = start;
    Module.wrapper[1] = end;
    show("stack behind a wrapper", () => require("./fails_too.js")().split("\\n")[1].replace(/\\(.*[/]/, "("));
    const { wrap } = Module;
    Module.wrap = (code) => { seen = code; return wrap(code); };
    show("wrap", () => [require("./seen_too.js").f(2), seen]);
    Module.wrap = wrap;
    import("./imported.cjs").then(({ default: { f } }) => console.log("imported", f(1), String(f)));
  `,
  "fails.js": "module.exports = (() => new Error('here').stack);",
  "fails_too.js": "module.exports = () => new Error('here').stack;",
  "seen.js":
    "const a = 1;\nfunction f(x) { return x + a; }\nmodule.exports = { text: String(f) };\n",
  "seen_too.js": "exports.f = (x) => x + 1; // the end",
  "appended.js": "exports.a = ((x) => x)(3);\nif (exports.a) { exports.b = 2; } // the end\n",
  "replaced.js": "exports.value = () => MARK;",
  "wrapped.js":
    "const secret = 42; function hidden(a) { return a; } module.exports = { extra: () => extra };",
  "imported.cjs": "exports.f = async (x) => { await x; };",
  "package.json": '{ "type": "commonjs" }',
};

/** A module that is taken out of the cache and required again: who of its exports is alive, how many functions there are. */
const RELOADS = {
  "main.cjs": `
    const refs = [];
    const keep = [];
    const counts = [];
    (async () => {
      for (let i = 0; i < 60; i++) {
        const loaded = require("./again.cjs");
        loaded.f(i);
        loaded.error.stack;
        keep.push(new loaded.C().m(), await loaded.g());
        refs.push(new WeakRef(loaded));
        delete require.cache[require.resolve("./again.cjs")];
        module.children.length = 0;
        counts.push(globalThis.${RUNTIME_EXPRESSION}?.functionCount);
      }
      for (let i = 0; i < 3; i++) { await new Promise((done) => setTimeout(done)); gc(); }
      await new Promise((done) => setTimeout(done));
      console.log(JSON.stringify({ alive: refs.filter((ref) => ref.deref()).length, functions: counts.at(-1) - counts[0] }));
    })();
  `,
  "again.cjs": `
    exports.f = function f(a) { return a + 1; };
    exports.g = async () => { const y = await 1; return () => y; };
    exports.C = class { m() { return () => 1; } };
    exports.error = new Error("kept");
  `,
};

/** Whether trampolines are there, and on. */
type Mode = "plain" | "inactive" | "active";

/** The command that starts a program, by runtime. */
const STARTS: Readonly<Record<string, (mode: Mode) => string[]>> = {
  Deno: (mode) => [
    Deno.execPath(),
    "run",
    "--no-lock",
    "-A",
    "--v8-flags=--expose-gc",
    ...mode === "plain" ? [] : [`--preload=${preload}`],
  ],
  ...Object.fromEntries((["node22", "node24", "node26"] satisfies OtherRuntime[]).map((runtime) => [
    runtime,
    (mode: Mode) => [
      runtimeProgram(runtime),
      "--expose-gc",
      ...mode === "plain" ? [] : ["--import", preload],
    ],
  ])),
};

function placeOf(files: Readonly<Record<string, string>>): Workplace {
  const place = new Workplace();
  for (const [name, text] of Object.entries(files)) place.write(name, text);
  return place;
}

async function runIn(
  runtime: string,
  mode: Mode,
  place: Workplace,
): Promise<string> {
  const [program, ...args] = STARTS[runtime]!(mode);
  const child = new Deno.Command(program!, {
    args: [...args, `${place.path}/main.cjs`],
    cwd: place.path,
    env: { NO_COLOR: "1", JS_PERF_SUPPORT: mode === "active" ? "1" : "" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const { code, stdout } = await child.output();
  if (mode === "active") await Deno.remove(perfMapPath(child.pid));
  equal(code, 0);
  return new TextDecoder().decode(stdout);
}

for (const runtime of Object.keys(STARTS)) {
  const obstacle = runtime === "Deno" ? undefined : obstacleOfRuntime(runtime as OtherRuntime);

  testNeeding(
    obstacle,
    `hookRequire() leaves tools that hook require what they see: ${runtime}`,
    async () => {
      await using place = placeOf(TOOLS);
      const [plain, inactive, active] = await Promise.all(
        (["plain", "inactive", "active"] as const).map((mode) => runIn(runtime, mode, place)),
      );
      match(plain!, /appended {"a":3,"b":2,"x":1}\n/);
      match(plain!, /wrapper \[5,42,"function hidden\(a\) { return a; }"\]/);
      equal(inactive, plain);
      equal(active, plain);
    },
  );

  testNeeding(
    obstacle,
    `hookRequire() keeps nothing of a module that is required again: ${runtime}`,
    async () => {
      await using place = placeOf(RELOADS);
      for (const mode of ["plain", "inactive", "active"] as const) {
        const { alive, functions } = JSON.parse(await runIn(runtime, mode, place));
        ok(alive <= 5, `${alive} of 60 alive, ${mode}`);
        equal(functions, mode === "plain" ? null : 0);
      }
    },
  );
}
