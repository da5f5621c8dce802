import { deepEqual, equal, match, throws } from "node:assert/strict";

import { tryRecording } from "../../../lib/perf/perf_tool.ts";
import { instrumentationVariables } from "../../../lib/command/program/instrumentation.ts";
import { parseCommandLine } from "../../../lib/command/command_line.ts";
import { parseOptionsOf } from "../../../lib/command/options.ts";
import { runProgram } from "../../support/program.ts";
import { testNeeding } from "../../support/needing.ts";
import { LEAVE_PID, runCommand, Workplace } from "../../support/command_process.ts";

function variables(
  args: readonly string[],
  environment: Record<string, string> = {},
  counts = false,
): string[] {
  const read = (name: string) => environment[name];
  const line = parseCommandLine(args, parseOptionsOf("run"));
  return Object.values(instrumentationVariables(line, { read, directory: "/", counts }));
}

Deno.test("instrumentationVariables() lets options win over the environment", () => {
  const environment = { JS_PERF_INCLUDE: "lib", JS_PERF_EXCLUDE: "b", JS_PERF_VERBOSE: "0" };
  deepEqual(variables([], environment), ["lib", "b", "0"]);
  deepEqual(
    variables(["--include", "src", "--include=npm:*,{a,b}", "-v"], environment),
    ["src,npm:*,{a,b}", "b", "1"],
  );
  deepEqual(variables([], {}, true), ["", "", "count"]);
  deepEqual(variables(["--verbose"], {}, true), ["", "", "1"]);
});

Deno.test("instrumentationVariables() checks patterns of both sources", () => {
  throws(() => variables(["--exclude", "!a"]), /^RangeError: .*"!a" of --exclude: /);
  throws(() => variables([], { JS_PERF_INCLUDE: "!a" }), /"!a" of JS_PERF_INCLUDE: /);
});

Deno.test("instrumentationVariables() refuses an option that names no pattern", () => {
  throws(() => variables(["--include", ""]), /Cannot use --include "": must name a pattern/);
  throws(() => variables(["--exclude", " , "]), /Cannot use --exclude " , ": must name a pattern/);
  deepEqual(variables(["--include", "", "--include", "src"]), [",src", "", ""]);
});

/** A program of three modules and a package, one function in each. */
function writeProgram(place: Workplace): string {
  place.write("node_modules/left/package.json", '{ "name": "left", "main": "main.js" }');
  place.write("node_modules/left/main.js", "exports.left = function left() { return 1; };");
  place.write("data.json", '{ "value": 1 }');
  place.write("text.txt", "function text() {}\n");
  place.write("src/a.ts", "export function a(x: number): number { return x; }");
  place.write("odd.cjs", "exports.odd = function odd(x) { return eval('x'); };");
  return place.write(
    "main.ts",
    LEAVE_PID + `import { createRequire } from "node:module";
    import { a } from "./src/a.ts";
    import data from "./data.json" with { type: "json" };
    import text from "./text.txt" with { type: "text" };
    const require = createRequire(import.meta.url);
    function main() {
      return a(1) + require("left").left() + require("./odd.cjs").odd(data.value) + text;
    }
    console.log(main());`,
  );
}

/** The names in the map of the process that has left its pid. */
function symbolsOf(place: Workplace): string[] {
  const pid = [...Deno.readDirSync(place.path)].find(({ name }) => name.endsWith(".pid"))!.name;
  const map = Deno.readTextFileSync(`/tmp/perf-${pid.slice(0, -4)}.map`);
  const names = [...map.matchAll(/js::(\S+?):\S*?\/([^/\s]+)$/gm)].map(([, name, at]) =>
    `${name} ${at}`
  );
  return names.filter((name) => !name.startsWith("<module>")).sort();
}

Deno.test("run() instruments the modules that --include and --exclude select", async () => {
  const cases: [args: string[], symbols: string[]][] = [
    [[], ["a a.ts:1", "main main.ts:7"]],
    [["--include", "npm:left"], ["a a.ts:1", "left main.js:1", "main main.ts:7"]],
    [["--include=node_modules", "--exclude", "src"], ["left main.js:1", "main main.ts:7"]],
    [["--include", "src"], ["a a.ts:1"]],
  ];
  for (const [args, symbols] of cases) {
    await using place = new Workplace();
    const script = writeProgram(place);
    const { stdout, stderr, code } = await runCommand([
      "run",
      "--engine=trampolines",
      "-X",
      "perf",
      ...args,
      script,
    ], {
      cwd: place.path,
    });
    equal(code, 0, stderr);
    equal(stdout, "3function text() {}\n\n");
    equal(stderr, "");
    deepEqual(symbolsOf(place), symbols);
  }
});

Deno.test("run() names the patterns of --include that match nothing", async () => {
  await using place = new Workplace();
  const script = writeProgram(place);
  const include = ["--include", "npm:left,npm:nonexistent,*.ts", "--exclude", "nowhere"];
  const { code, stdout, stderr } = await runCommand(
    ["run", "--engine=trampolines", "-X", "perf", ...include, script],
    { cwd: place.path },
  );
  equal(code, 0);
  equal(stdout, "3function text() {}\n\n");
  equal(
    stderr,
    '@x/perf: Pattern "npm:nonexistent" of --include (JS_PERF_INCLUDE) matches no module of the ' +
      "main thread\n",
  );
});

Deno.test("run() lists with --verbose what it leaves alone", async () => {
  await using place = new Workplace();
  const script = writeProgram(place);
  const { stderr } = await runCommand(["run", "--engine=trampolines", "--verbose", script], {
    cwd: place.path,
  });
  equal(
    stderr.replaceAll(place.path, ""),
    "@x/perf: left as it is: js::odd:/odd.cjs:1: calls eval\n" +
      "@x/perf: 1 function runs as it is\n",
  );
});

const obstacle = (() => {
  try {
    tryRecording({});
  } catch (error) {
    return (error as Error).message;
  }
})();

testNeeding(obstacle, "profile() says how many functions are not instrumented", async () => {
  await using place = new Workplace();
  const script = writeProgram(place);
  const { stderr } = await runCommand(["profile", "--engine=trampolines", script], {
    cwd: place.path,
  });
  match(stderr, /^@x\/perf: 1 function runs as it is; --verbose says which$/m);
  const { stderr: silent } = await runCommand([
    "profile",
    "--engine=trampolines",
    "--exclude",
    "odd.cjs",
    script,
  ], { cwd: place.path });
  equal(silent.includes("@x/perf"), false);
});

Deno.test("the preload instruments nothing if its patterns are wrong, and says so", async () => {
  const preload = import.meta.resolve("../../../lib/preload.ts");
  const text = "function f() {} f(); console.log('ran');";
  const env = { JS_PERF_SUPPORT: "1", JS_PERF_INCLUDE: "!a" };
  await using program = await runProgram(text, {
    env,
    flags: ["--allow-all", `--preload=${preload}`],
  });
  equal(program.stdout, "ran\n");
  match(program.stderr, /^@x\/perf: Cannot use pattern "!a" of JS_PERF_INCLUDE: .*; nothing is/);
  deepEqual(await program.symbols(), []);
});

Deno.test("run() lets the runtime report a syntax error", async () => {
  await using place = new Workplace();
  for (
    const [name, text] of [["a.mjs", "let a;\nlet a;"], ["b.cjs", "f();\n}"], ["c.ts", "let let"]]
  ) {
    const script = place.write(name!, text!);
    const plain = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", script],
      env: { NO_COLOR: "1" },
    }).output();
    const { code, stderr } = await runCommand(["run", "-X", "perf", script]);
    equal(stderr, new TextDecoder().decode(plain.stderr));
    equal(code, plain.code);
    equal(code > 0, true);
  }
});
