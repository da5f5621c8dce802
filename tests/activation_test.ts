/*
 * Activation where something is missing: permissions above all. The program goes on, with its
 * own output and status, and one warning tells what is missing.
 */
import { deepEqual, equal, match } from "node:assert/strict";

import { Activation, INACTIVE, UNDECIDED } from "../lib/activation.ts";
import { prebuiltName } from "../lib/library_file.ts";
import { currentPlatform } from "../lib/runtime.ts";
import { obstacleOfCommand, testNeeding } from "./support/needing.ts";
import { runProgram } from "./support/program.ts";

const LIBRARY = new URL(`../ffi/prebuilt/${prebuiltName(currentPlatform())}`, import.meta.url)
  .pathname;

const VARIABLES = "--allow-env=JS_PERF_SUPPORT,JS_PERF_JIT_SUPPORT,JS_PERF_ENGINE";

const PROGRAM = `
import { isStackTrampolineActive, withPerf } from "@x/perf";
const foo = withPerf(function foo() { return 42; });
console.log(foo(), foo(), isStackTrampolineActive());
Deno.exitCode = 7;
`;

Deno.test("Activation is undecided until it is asked, then what the environment says", () => {
  const activation = new Activation();
  equal(activation.mode, UNDECIDED);
  equal(activation.backend, undefined);
  equal(activation.engine, undefined);
  equal(activation.mode, INACTIVE);
});

Deno.test("activation needs no more than the permissions that the documentation names", async () => {
  await using program = await runProgram(PROGRAM, {
    flags: [
      "--no-prompt",
      VARIABLES,
      "--allow-ffi",
      `--allow-read=${LIBRARY}`,
      "--allow-write=/tmp",
    ],
    env: { JS_PERF_SUPPORT: "1" },
  });
  equal(program.stderr, "");
  equal(program.stdout, "42 42 true\n");
  equal(program.code, 7);
  deepEqual(await program.symbols(), ["js::foo:program.ts:2"]);
});

Deno.test("activation without a permission is one warning, and the program goes on", async () => {
  const all = {
    ffi: "--allow-ffi",
    read: `--allow-read=${LIBRARY}`,
    write: "--allow-write=/tmp",
  };
  for (const missing of Object.keys(all)) {
    const rest = Object.entries(all).flatMap(([name, flag]) => name === missing ? [] : flag);
    await using program = await runProgram(PROGRAM, {
      flags: ["--no-prompt", VARIABLES, ...rest],
      env: { JS_PERF_SUPPORT: "1" },
    });
    match(program.stderr, new RegExp(`^@x/perf: .*${missing}.*trampolines are off.*\\n$`));
    equal(program.stdout, "42 42 false\n");
    equal(program.code, 7);
    equal(await program.map(), undefined);
  }
});

Deno.test("activation by a variable that may not be read does not happen, without a word", async () => {
  await using program = await runProgram(PROGRAM, {
    flags: ["--no-prompt"],
    env: { JS_PERF_SUPPORT: "1" },
  });
  equal(program.stderr, "");
  equal(program.stdout, "42 42 false\n");
  equal(await program.map(), undefined);
});

testNeeding(
  obstacleOfCommand("script", "--version"),
  "activation by a variable that may not be read asks nobody on a terminal",
  async () => {
    await using program = await runProgram(PROGRAM, {
      flags: [],
      env: { JS_PERF_SUPPORT: "1" },
      // `script` gives the program a terminal to ask on.
      under: ["bash", "-c", 'exec timeout 60 script -qec "$(printf "%q " "$@")" terminal', "bash"],
    });
    equal(program.stdout.replaceAll("\r", ""), "42 42 false\n");
  },
);

Deno.test("activateStackTrampoline() passes Deno's own permission error on", async () => {
  await using program = await runProgram(
    `
import { activateStackTrampoline } from "@x/perf";
try {
  activateStackTrampoline();
} catch (error) {
  console.log(error instanceof Deno.errors.NotCapable, (error as Error).message);
}
`,
    { flags: ["--no-prompt", "--allow-ffi", `--allow-read=${LIBRARY}`] },
  );
  match(program.stdout, /^true Requires write access to "\/tmp\/perf-\d+\.map"/);
});

Deno.test("activation on an engine of a later version is one clear error", async () => {
  await using program = await runProgram(
    `
import { activateStackTrampoline, isStackTrampolineActive, PerfError } from "@x/perf";
try {
  activateStackTrampoline("perf", { engine: "wasm" });
} catch (error) {
  console.log(error instanceof PerfError, error.code, isStackTrampolineActive());
}
`,
  );
  equal(program.stdout, "true unavailable false\n");
});

Deno.test("activation goes off with one warning when names cannot be written any more", async () => {
  await using program = await runProgram(PROGRAM, {
    env: { JS_PERF_SUPPORT: "1" },
    // The map may not grow: writing to it fails as on a full disk.
    before: "trap '' XFSZ; ulimit -f 0",
  });
  equal(program.stdout, "42 42 false\n");
  equal(program.code, 7);
  match(program.stderr, /^@x\/perf: Cannot write "\/tmp\/perf-\d+\.map": .*are off.*\n$/);
});

Deno.test("activation by the environment asks nobody, with a terminal there to ask", async () => {
  // script(1) gives the program a terminal, and what Deno would ask stands in its output.
  const obstacle = obstacleOfCommand("script", "--version");
  if (obstacle !== undefined) return console.warn(`skipped: ${obstacle}`);
  await using program = await runProgram(PROGRAM, {
    flags: [VARIABLES],
    env: { JS_PERF_SUPPORT: "1" },
    under: ["bash", "-c", 'timeout 60 script -qec "$(printf "%q " "$@")" /dev/null', "bash"],
  });
  match(program.stdout, /permission --allow-ffi is missing; trampolines are off/);
});
