/* Processes that end and start others: known names are written, and each has its own files. */
import { deepEqual, equal, ok } from "node:assert/strict";

import { checkJitdump } from "../support/jitdump_checks.ts";
import { readJitdump } from "../support/jitdump_reader.ts";
import { runProgram } from "../support/program.ts";

/** Ways to end, the status that comes of each, and whether the runtime says that it ends. */
const ENDS: readonly [source: string, code: number, isHeard: boolean][] = [
  ["", 0, true],
  ["Deno.exit(3);", 3, true],
  ["Deno.exitCode = 4;", 4, true],
  ['(await import("node:process")).default.exit(5);', 5, true],
  ['throw new Error("uncaught");', 1, false],
  ['Promise.reject(new Error("unhandled"));', 1, false],
  ["await new Promise(() => {});", 1, false],
  ['Deno.kill(Deno.pid, "SIGTERM"); await new Promise(() => {});', 143, false],
];

const source = (end: string) => `
import { withPerf } from "@x/perf";
const foo = withPerf(function foo() { return bar(); });
const bar = withPerf(function bar() { return 42; });
console.log(foo());
setTimeout(() => {}, 0);
${end}
`;

Deno.test("the map is whole after any ending of the process", async () => {
  for (const [end, code] of ENDS) {
    await using program = await runProgram(source(end), { env: { JS_PERF_SUPPORT: "1" } });
    equal(program.stdout, "42\n", end);
    equal(program.code, code, end);
    deepEqual(await program.symbols(), ["js::foo:program.ts:2", "js::bar:program.ts:3"], end);
  }
});

Deno.test("the dump is whole after any ending of the process", async () => {
  for (const [end, code, isHeard] of ENDS) {
    await using program = await runProgram(source(end), { env: { JS_PERF_JIT_SUPPORT: "1" } });
    equal(program.stdout, "42\n", end);
    equal(program.code, code, end);
    const dump = await Deno.readFile(program.dumpPath);
    const names = checkJitdump(dump, program.pid).map(({ name }) => name);
    ok(names.some((name) => name.startsWith("js::bar")), end);
    // The last record says no more than that; perf does without it.
    equal(readJitdump(dump).records.at(-1)!.kind === "close", isHeard, end);
  }
});

Deno.test("a child inherits the environment and gets a map of its own", async () => {
  await using program = await runProgram(
    `
import { withPerf } from "@x/perf";
const depth = Number(Deno.args[0] ?? 0);
const parent = withPerf(function parent() { return depth; });
const child = withPerf(function child() { return depth; });
const pids = [Deno.pid];
if (depth === 0) parent(); else child();
if (depth < 2) {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run", "--no-lock", "-A", "--config=${new URL("../../deno.json", import.meta.url).pathname}",
      import.meta.filename!, String(depth + 1),
    ],
  }).output();
  pids.push(...JSON.parse(new TextDecoder().decode(stdout)));
}
console.log(JSON.stringify(pids));
`,
    { env: { JS_PERF_SUPPORT: "1" } },
  );
  const pids: number[] = JSON.parse(program.stdout);
  equal(pids.length, 3);
  equal(pids[0], program.pid);
  deepEqual(await Promise.all(pids.map((pid) => program.symbols(pid))), [
    ["js::parent:program.ts:3"],
    ["js::child:program.ts:4"],
    ["js::child:program.ts:4"],
  ]);
});
