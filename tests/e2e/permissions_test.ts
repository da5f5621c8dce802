/*
 * The permissions that the README names are enough. Without one of them there is no prompt: the
 * program prints and ends the same, with one warning at most. activation_test.ts tests the
 * permissions one by one.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { testNeeding } from "../support/needing.ts";
import { type Program, runProgram } from "../support/program.ts";
import { obstacleOfTerminal, TERMINAL } from "../support/terminal.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The flags of the README's command. */
async function documentedFlags(): Promise<string[]> {
  const readme = await Deno.readTextFile(`${root}/README.md`);
  const section = readme.split("## Permissions")[1]!.split("\n## ")[0]!;
  const command = /```sh\n(deno run [^`]*)```/.exec(section)![1]!.replaceAll("\\\n", " ");
  const flags = command.split(/\s+/).filter((word) => word.startsWith("--allow-"));
  ok(flags.length >= 4, command);
  return flags;
}

const PROGRAM = `
import { isStackTrampolineActive, withPerf } from "@x/perf";
const foo = withPerf(function foo() { return 42; });
console.log(foo(), foo());
console.error(isStackTrampolineActive());
Deno.exitCode = 7;
`;

async function runWith(flags: readonly string[], under: readonly string[] = []): Promise<Program> {
  const program = await runProgram(PROGRAM, { flags, under, env: { JS_PERF_SUPPORT: "1" } });
  equal(program.code, 7);
  return program;
}

Deno.test("the README's permissions are enough", async () => {
  await using program = await runWith(["--no-prompt", ...await documentedFlags()]);
  equal(program.stderr, "true\n");
  equal(program.stdout, "42 42\n");
  deepEqual(await program.symbols(), ["js::foo:program.ts:2"]);
});

testNeeding(
  obstacleOfTerminal,
  "without one of the README's permissions trampolines are off, and nothing prompts",
  async () => {
    const flags = await documentedFlags();
    for (const missing of flags) {
      await using program = await runWith(flags.filter((flag) => flag !== missing), TERMINAL);
      const warning = "@x/perf: .*permission.* is missing; trampolines are off\n";
      match(
        program.stdout.replaceAll("\r", ""),
        // A variable that may not be read is not set.
        new RegExp(`^${missing.startsWith("--allow-env") ? "" : warning}42 42\nfalse\n$`),
        missing,
      );
      equal(await program.map(), undefined);
    }
  },
);

Deno.test("the preload without permissions says once which one is missing", async () => {
  const flags = await documentedFlags();
  const preload = `--preload=${root}lib/preload.ts`;
  const variables = "JS_PERF_SUPPORT,JS_PERF_JIT_SUPPORT";
  const cases: [flags: readonly string[], missing: string | undefined][] = [
    [[], `--allow-env=${variables}`],
    [["--allow-env=JS_PERF_JIT_SUPPORT"], "--allow-env=JS_PERF_SUPPORT"],
    [["--allow-env=JS_PERF_SUPPORT"], "--allow-ffi"],
    [[`--allow-env=${variables}`], "--allow-ffi"],
    [flags, undefined],
  ];
  for (const [granted, missing] of cases) {
    await using program = await runProgram("function foo() { return 42; }\nconsole.log(foo());\n", {
      flags: ["--no-prompt", ...granted, preload],
      env: { JS_PERF_SUPPORT: "1" },
    });
    equal(program.stdout, "42\n");
    const [warning, ...rest] = program.stderr.split("\n");
    deepEqual(rest, missing === undefined ? [] : [""], program.stderr);
    match(
      warning!,
      missing === undefined
        ? /^$/
        : new RegExp(`^@x/perf: .*permission ${missing} is missing; trampolines are off`),
    );
  }
});

Deno.test("the preload without permissions says so where nothing is asked for, too", async () => {
  await using program = await runProgram("console.log(42);\n", {
    flags: ["--no-prompt", "--allow-env=JS_PERF_SUPPORT", `--preload=${root}lib/preload.ts`],
  });
  equal(program.stdout, "42\n");
  equal(
    program.stderr,
    "@x/perf: Cannot read JS_PERF_JIT_SUPPORT: permission --allow-env=JS_PERF_JIT_SUPPORT is missing; " +
      "trampolines are off (see: --allow-env --allow-ffi --allow-read --allow-write=/tmp)\n",
  );
});

const INSTRUMENTED = `
const worker = new Worker(import.meta.resolve("./worker.ts"), { type: "module" });
worker.onmessage = ({ data }) => {
  console.log(data);
  worker.terminate();
};
`;

const WORKER = "echo '(function inWorker() { postMessage(42); })();' > worker.ts";

/** Runs a program that starts a Worker, which has to be read by any means. */
async function runWorker(flags: readonly string[]): Promise<Program> {
  const preload = `--preload=${root}lib/preload.ts`;
  const program = await runProgram(INSTRUMENTED, {
    flags: ["--no-prompt", ...flags, "--allow-read=.", preload],
    before: WORKER,
    env: { JS_PERF_SUPPORT: "1" },
  });
  equal(program.stdout, "42\n", program.stderr);
  equal(program.code, 0);
  return program;
}

Deno.test("Workers are instrumented if the package may be read, and run plainly if not", async () => {
  const flags = await documentedFlags();
  await using all = await runWorker([...flags, `--allow-read=${root}`]);
  equal(all.stderr, "");
  ok((await all.symbols()).some((name) => name.startsWith("js::inWorker")));

  await using few = await runWorker(flags);
  match(few.stderr, /^@x\/perf: Workers run as they are: permission --allow-read=.* is missing\n$/);
  const names = await few.symbols();
  ok(names.includes("js::<module>:program.ts"));
  ok(!names.some((name) => name.startsWith("js::inWorker")));
});
