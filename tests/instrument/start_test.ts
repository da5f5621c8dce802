/*
 * startInstrumenting() changes the whole isolate, so each test has a process.
 */
import { deepEqual, equal, match } from "node:assert/strict";

import { runProgram } from "../support/program.ts";
import { testNeeding } from "../support/needing.ts";
import { obstacleOfRuntime, runCommand, runtimeProgram } from "../support/other_runtime.ts";

const start = import.meta.resolve("../../lib/instrument/start.ts");
const activation = import.meta.resolve("../../lib/activation/activation.ts");

/** A module with one function, whose error has its place. */
const MODULE = `export const isMain = import.meta.main;
export function f() { return [1].map(() => new Error("place"))[0].stack; }
export function g() { return eval("1"); }
`;

/** A piece of these bodies runs through a function of this package, whatever the switches say. */
const FAILING = `exports.later = async () => { await null; fail(); };
exports.pieces = function* () { yield; fail(); };
function fail() { throw new Error("end"); }
`;

/** Starts instrumenting in a process with some variables, and loads a module. */
function load(
  variables: Record<string, string> = {},
  { url = start, entry = false, after = "" }: { url?: string; entry?: boolean; after?: string } =
    {},
) {
  return runProgram(`
import { activation } from "${activation}";
import { startInstrumenting } from "${url}";
await Deno.writeTextFile("mod.js", ${JSON.stringify(MODULE)});
await Deno.writeTextFile("failing.cjs", ${JSON.stringify(FAILING)});
await Deno.writeTextFile("early.js", "export function early() {}");
const url = new URL("./mod.js", import.meta.url).href;
await import(new URL("./early.js", import.meta.url).href);
const variables = ${JSON.stringify(variables)};
startInstrumenting({ read: (name) => variables[name]${entry ? ", entry: url" : ""} });
const before = activation.functionCount;
const { isMain, f } = await import(url);
console.log(JSON.stringify({ count: activation.functionCount - before, isMain, stack: f(), text: String(f) }));
${after}
`);
}

Deno.test("startInstrumenting() instruments the modules that are loaded from then on", async () => {
  await using program = await load();
  const { count, isMain, stack, text } = JSON.parse(program.stdout);
  // The body, f() and its arrow function; g() calls eval.
  deepEqual({ count, isMain }, { count: 3, isMain: false }, program.stderr);
  equal(program.stderr, "");
  equal(`export ${text}`, MODULE.split("\n")[1]);
  // The program sees the positions of its own text, and no frame of this package.
  match(
    stack,
    /^Error: place\n {4}at .*mod\.js:2:44\n {4}at Array\.map .*\n {4}at f .*mod\.js:2:34\)\n/,
  );
});

Deno.test("startInstrumenting() obeys the patterns, from the working directory", async () => {
  await using excluded = await load({ JS_PERF_EXCLUDE: "mod.js" });
  equal(JSON.parse(excluded.stdout).count, 0, excluded.stderr);
  await using other = await load({ JS_PERF_INCLUDE: "other/**" });
  equal(JSON.parse(other.stdout).count, 0);
  await using included = await load({ JS_PERF_INCLUDE: "*.js" });
  equal(JSON.parse(included.stdout).count, 3);
});

Deno.test("startInstrumenting() warns of a pattern that is none, and instruments nothing", async () => {
  await using program = await load({ JS_PERF_INCLUDE: "!a" });
  equal(JSON.parse(program.stdout).count, 0);
  match(program.stderr, /^@x\/perf: .*JS_PERF_INCLUDE.*; nothing is instrumented\n$/);
});

Deno.test("startInstrumenting() reports at the end what was left alone, if it is asked to", async () => {
  await using counted = await load({ JS_PERF_VERBOSE: "count" });
  equal(counted.stderr, "@x/perf: 1 function runs as it is; --verbose says which\n");
  await using listed = await load({ JS_PERF_VERBOSE: "1" });
  match(
    listed.stderr,
    /^@x\/perf: left as it is: js::g:.*mod\.js:3: calls eval\n@x\/perf: 1 function/,
  );
});

Deno.test("startInstrumenting() has a Worker's entry take itself for the main module", async () => {
  await using program = await load({}, { entry: true });
  equal(JSON.parse(program.stdout).isMain, true, program.stderr);
});

Deno.test("startInstrumenting() takes its frames and columns out of errors that end the program", async () => {
  const failing =
    'const { later, pieces } = (await import(url.replace("mod.js", "failing.cjs"))).default;\n';
  await using rejected = await load({}, { after: `${failing}later();` });
  equal(rejected.code, 1);
  match(
    rejected.stderr,
    /Uncaught .*Error: end\nfunction fail\(\) \{ throw new Error\("end"\); \}\n {24}\^\n/,
  );
  match(rejected.stderr, /\n {4}at fail .*failing\.cjs:3:25\)\n {4}at .*failing\.cjs:1:43\)?\n/);
  await using thrown = await load({}, {
    after: `${failing}const piece = pieces(); piece.next(); setTimeout(() => piece.next());`,
  });
  equal(thrown.code, 1);
  match(thrown.stderr, /\n {4}at fail .*failing\.cjs:3:25\)\n {4}at .*failing\.cjs:2:40\)\n/);
  for (const { stderr } of [rejected, thrown]) equal(stderr.includes("/lib/"), false, stderr);
});

testNeeding(
  obstacleOfRuntime("bun"),
  "startInstrumenting() warns where the runtime has no hooks, and the program runs",
  async () => {
    const directory = await Deno.makeTempDir({ prefix: "xperf-start-" });
    try {
      const path = `${directory}/program.ts`;
      await Deno.writeTextFile(
        path,
        `import { startInstrumenting } from "${start.slice("file://".length)}";
startInstrumenting({ read: () => undefined });
console.log("runs");
`,
      );
      const ended = await runCommand([runtimeProgram("bun"), path], { cwd: directory });
      deepEqual([ended.code, ended.stdout], [0, "runs\n"]);
      match(
        ended.stderr,
        /^@x\/perf: Cannot instrument the program: bun .* has no module\.registerHooks/,
      );
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);
