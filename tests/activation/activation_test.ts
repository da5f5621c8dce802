/*
 * Activation where something is missing, permissions above all. The program continues with its own
 * output and status, and one warning names the missing thing.
 */
import { deepEqual, equal, match } from "node:assert/strict";

import { Activation } from "../../lib/activation/activation.ts";
import { OFF, UNDECIDED } from "../../lib/activation/instrumented_code.ts";
import { testNeeding } from "../support/needing.ts";
import { runProgram } from "../support/program.ts";
import { obstacleOfTerminal, TERMINAL } from "../support/terminal.ts";

const VARIABLES = "--allow-env=JS_PERF_SUPPORT,JS_PERF_JIT_SUPPORT,JS_PERF_ENGINE";

const PROGRAM = `
import { isStackTrampolineActive, withPerf } from "@x/perf";
const foo = withPerf(function foo() { return 42; });
console.log(foo(), foo(), isStackTrampolineActive());
Deno.exitCode = 7;
`;

Deno.test("Activation is decided by the environment when it is first asked", () => {
  const activation = new Activation();
  equal(activation.state, UNDECIDED);
  equal(activation.backend, undefined);
  equal(activation.engine, undefined);
  equal(activation.state, OFF);
});

Deno.test("activation needs only the permissions that the documentation names", async () => {
  await using program = await runProgram(PROGRAM, {
    flags: [
      "--no-prompt",
      VARIABLES,
      "--allow-ffi",
      "--allow-read=/tmp",
      "--allow-write=/tmp",
    ],
    env: { JS_PERF_SUPPORT: "1" },
  });
  equal(program.stderr, "");
  equal(program.stdout, "42 42 true\n");
  equal(program.code, 7);
  deepEqual(await program.symbols(), ["js::foo:program.ts:2"]);
});

Deno.test("activation without a permission warns once, and the program continues", async () => {
  const all = {
    ffi: "--allow-ffi",
    read: "--allow-read=/tmp",
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

Deno.test("activation does not happen, and does not warn, if the variable may not be read", async () => {
  await using program = await runProgram(PROGRAM, {
    flags: ["--no-prompt"],
    env: { JS_PERF_SUPPORT: "1" },
  });
  equal(program.stderr, "");
  equal(program.stdout, "42 42 false\n");
  equal(await program.map(), undefined);
});

testNeeding(
  obstacleOfTerminal,
  "activation by a variable that may not be read does not prompt on a terminal",
  async () => {
    await using program = await runProgram(PROGRAM, {
      flags: [],
      env: { JS_PERF_SUPPORT: "1" },
      under: TERMINAL,
    });
    equal(program.stdout.replaceAll("\r", ""), "42 42 false\n");
  },
);

testNeeding(
  obstacleOfTerminal,
  "activateStackTrampoline() does not prompt for files of the native library",
  async () => {
    await using program = await runProgram(
      `
import { activateStackTrampoline } from "@x/perf";
try {
  activateStackTrampoline();
} catch (error) {
  console.log(error.code, error.message);
}
`,
      { flags: ["--allow-ffi", "--allow-read=/tmp", VARIABLES], under: TERMINAL },
    );
    equal(
      program.stdout.replaceAll("\r", ""),
      'permission Cannot place the native library in "/tmp": permission --allow-write=/tmp is missing\n',
    );
  },
);

Deno.test("activateStackTrampoline() throws Deno's own permission error unchanged", async () => {
  await using program = await runProgram(
    `
import { activateStackTrampoline } from "@x/perf";
try {
  activateStackTrampoline();
} catch (error) {
  console.log(error instanceof Deno.errors.NotCapable, (error as Error).message);
}
`,
    { flags: ["--no-prompt", "--allow-read=/tmp", "--allow-write=/tmp"] },
  );
  match(program.stdout, /^true Requires ffi access to "\/tmp\/libxperf-/);
});

Deno.test("activation takes the given engine, or the cheapest one by default", async () => {
  for (
    const [asked, taken] of [["native", "native"], ["wasm", "wasm"], ["auto", "wasm"], ["", "wasm"]]
  ) {
    await using program = await runProgram(
      `
import { support, withPerf } from "@x/perf";
withPerf(function foo() {})();
console.log(support().active?.engine);
`,
      { env: { JS_PERF_SUPPORT: "1", JS_PERF_ENGINE: asked! } },
    );
    equal(program.stderr, "");
    equal(program.stdout, `${taken}\n`);
    deepEqual(await program.symbols(), ["js::foo:program.ts:2"]);
  }
});

Deno.test("activation takes the same engine on a deep stack", async () => {
  await using program = await runProgram(`
import { activateStackTrampoline, support } from "@x/perf";
function descend(levels: number): void {
  if (levels > 0) return descend(levels - 1);
  activateStackTrampoline();
}
descend(4000);
console.log(support().active?.engine);
`);
  equal(program.stderr, "");
  equal(program.stdout, "wasm\n");
});

Deno.test("activation without WebAssembly takes the native engine, and warns if the other was asked for", async () => {
  const source = `
import { activateStackTrampoline, isStackTrampolineActive, PerfError, support, withPerf } from "@x/perf";
const foo = withPerf(function foo() { return 42; });
console.log(foo());
try {
  activateStackTrampoline("perf", { engine: "wasm" });
} catch (error) {
  console.log(error instanceof PerfError, error.code, error.message, isStackTrampolineActive());
}
activateStackTrampoline();
const { active, engines } = support();
console.log(foo(), active.engine, engines.native.available, engines.wasm.available);
`;
  await using program = await runProgram(source, {
    flags: ["--allow-all", "--no-check", "--v8-flags=--jitless"],
  });
  equal(program.stderr, "");
  equal(
    program.stdout,
    '42\ntrue unavailable Cannot use engine "wasm": this runtime has no WebAssembly false\n' +
      "42 native true false\n",
  );
  deepEqual(await program.symbols(), ["js::foo:program.ts:2"]);
});

Deno.test("activation with one engine, then the other, names a function in the map twice", async () => {
  await using program = await runProgram(
    `
import { activateStackTrampoline, deactivateStackTrampoline, withPerf } from "@x/perf";
const foo = withPerf(function foo() { return 42; });
for (let round = 0; round < 3; round++) {
  for (const engine of ["native", "wasm"] as const) {
    activateStackTrampoline("perf", { engine });
    for (let i = 0; i < 3; i++) foo();
    deactivateStackTrampoline();
  }
}
`,
  );
  equal(program.stderr, "");
  deepEqual(await program.symbols(), ["js::foo:program.ts:2", "js::foo:program.ts:2"]);
});

Deno.test("activation goes off with one warning when names can no longer be written", async () => {
  await using program = await runProgram(PROGRAM, {
    env: { JS_PERF_SUPPORT: "1" },
    // The map may not grow: writing to it fails as on a full disk.
    before: "trap '' XFSZ; ulimit -f 0",
  });
  equal(program.stdout, "42 42 false\n");
  equal(program.code, 7);
  match(program.stderr, /^@x\/perf: Cannot write "\/tmp\/perf-\d+\.map": .*are off.*\n$/);
});

testNeeding(
  obstacleOfTerminal,
  "activation by the environment does not prompt, even on a terminal",
  async () => {
    await using program = await runProgram(PROGRAM, {
      flags: [VARIABLES],
      env: { JS_PERF_SUPPORT: "1" },
      under: TERMINAL,
    });
    match(program.stdout, /permission --allow-ffi is missing; trampolines are off/);
  },
);
