/*
 * Limits that an administrator sets. Whatever they forbid, the program's output and status are its
 * own, and one warning says why trampolines are off.
 */
import { deepEqual, equal, match } from "node:assert/strict";

import { BACKEND_VARIABLES } from "../../lib/activation/switches.ts";
import { obstacleOfCommand, testNeeding } from "../support/needing.ts";
import { type ProgramOptions, runProgram } from "../support/program.ts";
import { compile } from "../support/refuse.ts";

/** `body` runs before the first call of a function that is instrumented, or after it. */
function program(body: string, { callFirst = false } = {}): string {
  return `
import { isStackTrampolineActive, withPerf } from "@x/perf";
const foo = withPerf(function foo() { return 42; });
const bar = withPerf(function bar() { return 43; });
${callFirst ? "foo();" : ""}
${body}
console.log(foo(), bar(), isStackTrampolineActive());
Deno.exitCode = 7;
`;
}

/** Returns the warnings of this package on stderr, with either backend. */
async function warnings(
  source: string,
  active: boolean,
  options: ProgramOptions,
): Promise<string[]> {
  const said: string[] = [];
  for (const variable of Object.values(BACKEND_VARIABLES)) {
    await using run = await runProgram(source, { ...options, env: { [variable]: "1" } });
    equal(run.stdout, `42 43 ${active}\n`, run.stderr);
    equal(run.code, 7);
    const lines = run.stderr.split("\n").filter((line) => line.startsWith("@x/perf: "));
    equal(lines.length, active ? 0 : 1, run.stderr);
    said.push(...lines);
  }
  return said;
}

const ALL_DESCRIPTORS = `
const files: Deno.FsFile[] = [];
try {
  for (;;) files.push(Deno.openSync("/dev/null"));
} catch { /* that was the last */ }
`;

Deno.test("without a free file descriptor trampolines stay off", async () => {
  const said = await warnings(program(ALL_DESCRIPTORS), false, { before: "ulimit -n 200" });
  for (const warning of said) match(warning, /EMFILE/);
});

Deno.test("without a free file descriptor trampolines stay on, once the map is open", async () => {
  const source = program(ALL_DESCRIPTORS, { callFirst: true });
  await warnings(source, true, { before: "ulimit -n 200" });
});

testNeeding(
  obstacleOfCommand("gcc", "--version"),
  "without executable memory trampolines stay off",
  async () => {
    const directory = await Deno.makeTempDir({ prefix: "xperf-no-exec-" });
    try {
      const said = await warnings(program(""), false, {
        under: [await compile("no_exec", directory)],
        // With its compiler V8 could not even start.
        flags: ["--allow-all", "--v8-flags=--jitless"],
      });
      for (const warning of said) match(warning, /error 13|Permission denied/);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

testNeeding(
  obstacleOfCommand("prlimit", "--version"),
  "an address space that is large enough for V8 is enough",
  async () => {
    const limit = `
const status = Deno.readTextFileSync("/proc/self/status");
const size = 1024 * Number(/VmSize:\\s+(\\d+)/.exec(status)![1]) + 256 * 1024 * 1024;
new Deno.Command("prlimit", { args: ["--pid", String(Deno.pid), \`--as=\${size}\`] }).outputSync();
`;
    deepEqual(await warnings(program(limit), true, {}), []);
  },
);
