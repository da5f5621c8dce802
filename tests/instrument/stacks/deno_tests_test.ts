/*
 * `deno test` and `deno bench` print the frames that V8 gave an error, whatever the program does to its
 * stacks. Their output on failures is byte for byte the same as without this package, apart from times.
 */
import { equal, match } from "node:assert/strict";

import { perfMapPath } from "../../../lib/backends/perf_map/perf_map.ts";
import { testRunner } from "../../../lib/instrument/stacks/deno_tests.ts";
import { Workplace } from "../../support/command_process.ts";

const preload = import.meta.resolve("../../../lib/preload.ts");

const FAIL = `
function inner(what: string): never { throw new Error(what); }
function fail(what: string) { inner(what); }
`;

const SUITES: Record<string, { command: "test" | "bench"; flags?: string[]; text: string }> = {
  "tests of every form": {
    command: "test",
    text: `${FAIL}
Deno.test("sync", () => { fail("sync"); });
Deno.test("async", async () => { await null; fail("async"); });
Deno.test("nested", async () => { await (async () => { await 1; fail("nested"); })(); });
Deno.test(function named() { [1].forEach(() => fail("callback")); });
Deno.test({ name: "options", fn() { class A { m() { fail("method"); } } new A().m(); } });
Deno.test(Object.freeze({ name: "frozen options", fn: () => fail("frozen") }));
Deno.test("permissions", { permissions: { read: false } }, () => fail("permissions"));
Deno.test("promise", () => Promise.reject(new Error("promise")));
Deno.test("no error", () => { throw { some: "value" }; });
Deno.test("a text", () => { throw "text"; });
Deno.test.ignore("ignored", () => fail("never"));
Deno.test.each([[1, 2], [3, 4]])("adds %i %i", (a: number, b: number) => { if (a > 2) fail("each " + b); });
Deno.test("exits", () => { Deno.exit(3); });
Deno.test("timer", async () => { setTimeout(() => fail("timer")); await new Promise((r) => setTimeout(r, 10)); });
`,
  },
  "steps": {
    command: "test",
    text: `${FAIL}
Deno.test("steps", async (t) => {
  await t.step("good", () => {});
  console.log(await t.step("bad", () => fail("step")), String(t.step).slice(0, 10), t.step.name);
  await t.step({ name: "options", fn: async (t) => { await t.step("inner", () => fail("inner step")); } });
  await t.step(async function named() { await null; fail("named step"); });
});
`,
  },
  "errors with others in them, and read before": {
    command: "test",
    text: `${FAIL}
import { strictEqual } from "node:assert/strict";
const caught = (what: string) => { try { fail(what); } catch (error) { return error as Error; } };
Deno.test("cause", () => { throw new Error("second", { cause: caught("first") }); });
Deno.test("aggregate", () => { throw new AggregateError([caught("a"), caught("b")], "both"); });
Deno.test("cycle", () => { const a = new Error("a"); a.cause = new Error("b", { cause: a }); throw a; });
Deno.test("assertion", () => strictEqual(1, 2, "one is two"));
Deno.test("read", () => { const error = caught("read")!; console.log(error.stack); throw error; });
Deno.test("own stack", () => { const error = new Error("own"); error.stack = "Error: own\\n    at nowhere"; throw error; });
class Own extends Error { override name = "Own"; }
Deno.test("own class", () => { throw new Own("mine"); });
const shared = caught("shared");
Deno.test("shared", () => { throw shared; });
Deno.test("shared again", () => { throw shared; });
Deno.test("shared, read", () => console.log(shared!.stack));
Deno.test("stacks in tests", async () => {
  console.log(new Error("before").stack);
  await null;
  console.log(new Error("after").stack);
});
console.log(String(Deno.test).slice(0, 20), Deno.test.name, Deno.test.length, Object.keys(Deno.test).join());
`,
  },
  "hooks": {
    command: "test",
    text: `${FAIL}
Deno.test.beforeEach(() => fail("before each"));
Deno.test.afterAll(async () => { await null; fail("after all"); });
Deno.test("with hooks", () => {});
`,
  },
  "a rejection that is left alone": {
    command: "test",
    text: `${FAIL}
Deno.test("leaves", async () => { (async () => fail("left"))(); await new Promise((r) => setTimeout(r, 10)); });
`,
  },
  "what fails before the tests": {
    command: "test",
    text: `${FAIL}
Deno.test("never", () => {});
fail("top");
`,
  },
  "a test that cannot be registered": {
    command: "test",
    text: `Deno.test({ name: "none" } as never);\n`,
  },
  "tests of node:test": {
    command: "test",
    text: `${FAIL}
import test, { describe, it } from "node:test";
test("alone", () => { fail("alone"); });
describe("suite", () => { it("later", async () => { await null; fail("later"); }); });
`,
  },
  "JUnit's format": {
    command: "test",
    flags: ["--reporter=junit"],
    text: `${FAIL}Deno.test("sync", () => { fail("sync"); });\n`,
  },
  "benchmarks": {
    command: "bench",
    text: `${FAIL}
Deno.bench("sync", () => { fail("sync"); });
Deno.bench("async", async () => { await null; fail("async"); });
Deno.bench(function named(b) { b.start(); fail("named"); });
Deno.bench({ name: "cause", fn() { try { fail("first"); } catch (cause) { throw new Error("second", { cause }); } } });
`,
  },
};

/** Matches times that the runners print. */
const TIMES = /\(?(?:\d+m)?\d+(?:\.\d+)? ?(?:ms|µs|ns|s)\b\)?|(?<=time(?:stamp)?=)"[^"]*"/g;

type Mode = "plain" | "inactive" | "active";

/** Runs the program as tests, and returns its output, its errors and its exit status. */
async function outputOf(
  { path }: Workplace,
  [command, ...flags]: readonly string[],
  mode: Mode,
): Promise<string> {
  const hooked = mode === "plain" ? [] : [`--preload=${preload}`];
  const child = new Deno.Command(Deno.execPath(), {
    args: [command!, "-A", "--no-lock", "--no-check", ...hooked, ...flags],
    cwd: path,
    env: { NO_COLOR: "", FORCE_COLOR: "1", JS_PERF_SUPPORT: mode === "active" ? "1" : "" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { code, stdout, stderr } = await child.output();
  if (mode === "active") {
    match(await Deno.readTextFile(perfMapPath(child.pid)), /js::/);
    await Deno.remove(perfMapPath(child.pid));
  }
  const text = new TextDecoder();
  return `${text.decode(stdout)}--- ${code}\n${text.decode(stderr)}`.replace(TIMES, "TIME");
}

for (const [name, { command, flags = [], text }] of Object.entries(SUITES)) {
  Deno.test(`deno ${command} prints failures as without us: ${name}`, async () => {
    await using place = new Workplace();
    place.write("main.ts", text);
    const run = (mode: Mode) => outputOf(place, [command, ...flags, "main.ts"], mode);
    const [plain, inactive, active] = await Promise.all([
      run("plain"),
      run("inactive"),
      run("active"),
    ]);
    match(plain, /main\.ts/);
    equal(inactive, plain);
    equal(active, plain);
  });
}

Deno.test("testRunner() tells deno test from others", async () => {
  equal(testRunner(), "test");
  await using place = new Workplace();
  const module = import.meta.resolve("../../../lib/instrument/stacks/deno_tests.ts");
  place.write(
    "main.ts",
    `import { testRunner } from "${module}"; console.log("runner " + testRunner());`,
  );
  const runner = async (command: string) =>
    /runner (\w+)/.exec(await outputOf(place, [command, "main.ts"], "plain"))![1];
  equal(await runner("run"), "undefined");
  equal(await runner("bench"), "bench");
});
