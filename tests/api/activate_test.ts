import { deepEqual, equal, match, ok } from "node:assert/strict";

import { runProgram } from "../support/program.ts";

/** One line, to keep count. */
const IMPORTS = "import { activateStackTrampoline, deactivateStackTrampoline, " +
  'isStackTrampolineActive, withPerf } from "@x/perf"; ';

/** Three functions that call each other, on lines 2 to 4. */
const FOO_BAR_BAZ = `${IMPORTS}
const foo = withPerf(function foo() {});
const bar = withPerf(function bar() { foo(); });
const baz = withPerf(function baz() { bar(); });
`;

const FOO_BAR_BAZ_SYMBOLS = [
  "js::baz:program.ts:4",
  "js::bar:program.ts:3",
  "js::foo:program.ts:2",
];

Deno.test("activateStackTrampoline() puts called functions into the map", async () => {
  await using program = await runProgram(`${FOO_BAR_BAZ}activateStackTrampoline("perf"); baz();`);
  equal(program.stderr, "");
  equal(program.stdout, "");
  equal(program.code, 0);
  deepEqual(await program.symbols(), FOO_BAR_BAZ_SYMBOLS);
});

Deno.test("activateStackTrampoline() names only functions that were called", async () => {
  await using program = await runProgram(`${FOO_BAR_BAZ}activateStackTrampoline(); bar();`);
  deepEqual(await program.symbols(), FOO_BAR_BAZ_SYMBOLS.slice(1));
});

Deno.test("activateStackTrampoline() names regions that do not overlap", async () => {
  await using program = await runProgram(`${FOO_BAR_BAZ}activateStackTrampoline(); baz();`);
  const map = (await program.map())!.sort((a, b) => a.start < b.start ? -1 : 1);
  ok(map.every(({ size }) => size > 0n));
  for (const [i, { start, size }] of map.entries()) {
    ok(start + size <= (map[i + 1]?.start ?? 2n ** 64n));
  }
});

Deno.test("activateStackTrampoline() makes a map that only this user can read", async () => {
  await using program = await runProgram(`${IMPORTS}activateStackTrampoline();`);
  equal((await Deno.lstat(program.mapPath)).mode! & 0o777, 0o600);
  deepEqual(await program.symbols(), []);
});

Deno.test("activateStackTrampoline() twice has no effect", async () => {
  await using program = await runProgram(`${FOO_BAR_BAZ}
activateStackTrampoline("perf");
baz();
activateStackTrampoline("perf");
baz();
`);
  equal(program.stderr, "");
  equal(program.code, 0);
  deepEqual(await program.symbols(), FOO_BAR_BAZ_SYMBOLS);
});

Deno.test("activateStackTrampoline() writes one line for a function called often", async () => {
  await using program = await runProgram(`${FOO_BAR_BAZ}
for (let round = 0; round < 100; round++) {
  activateStackTrampoline();
  for (let i = 0; i < 100; i++) baz();
  deactivateStackTrampoline();
  baz();
}
`);
  deepEqual(await program.symbols(), FOO_BAR_BAZ_SYMBOLS);
});

Deno.test("activateStackTrampoline() refuses an unknown backend and changes nothing", async () => {
  await using program = await runProgram(`${IMPORTS}
for (const backend of ["invalid", "", "PERF", "perf ", undefined, null, 1] as never[]) {
  try {
    activateStackTrampoline(backend);
    console.log("no error");
  } catch (error) {
    console.log((error as Error).name, (error as Error).message);
  }
}
console.log(isStackTrampolineActive());
`);
  deepEqual(program.stdout.split("\n"), [
    ...["invalid", "", "PERF", "perf "].map(refusal),
    "no error", // undefined is the default
    ...["null", "1"].map(refusal),
    "true",
    "",
  ]);

  function refusal(backend: string): string {
    return `RangeError Cannot activate trampolines: invalid backend: ${backend}, ` +
      "must be perf or perf_jit";
  }
});

Deno.test("activateStackTrampoline() that throws and is not caught ends the program with its error", async () => {
  await using program = await runProgram(
    `${IMPORTS}activateStackTrampoline("invalid" as "perf"); console.log("not reached");`,
  );
  equal(program.code, 1);
  equal(program.stdout, "");
  match(program.stderr, /invalid backend: invalid/);
});

Deno.test("activateStackTrampoline() refuses an unknown engine", async () => {
  await using program = await runProgram(`${IMPORTS}
try {
  activateStackTrampoline("perf", { engine: "turbo" as "native" });
} catch (error) {
  console.log(String(error), isStackTrampolineActive());
}`);
  match(program.stdout, /^RangeError: Cannot use engine "turbo" of .* native or wasm false\n$/);
});

Deno.test("deactivateStackTrampoline() from inside leaves a callee out", async () => {
  await using program = await runProgram(`${IMPORTS}
const foo = withPerf(function foo() {});
const spam = withPerf(function spam() {});
const bar = withPerf(function bar() {
  deactivateStackTrampoline();
  foo();
  activateStackTrampoline("perf");
  spam();
});
const baz = withPerf(function baz() { bar(); });
activateStackTrampoline("perf");
baz();
`);
  equal(program.stderr, "");
  deepEqual(await program.symbols(), [
    "js::baz:program.ts:10",
    "js::bar:program.ts:4",
    "js::spam:program.ts:3",
  ]);
});

Deno.test("deactivateStackTrampoline() without activation has no effect", async () => {
  await using program = await runProgram(
    `${FOO_BAR_BAZ}deactivateStackTrampoline(); deactivateStackTrampoline(); baz();`,
  );
  equal(program.stderr, "");
  equal(await program.map(), undefined);
});

Deno.test("isStackTrampolineActive() is true while trampolines are on", async () => {
  await using program = await runProgram(`${IMPORTS}
console.log(isStackTrampolineActive());
activateStackTrampoline("perf");
console.log(isStackTrampolineActive());
withPerf(() => {
  console.log(isStackTrampolineActive());
  deactivateStackTrampoline();
})();
console.log(isStackTrampolineActive());
`);
  equal(program.stdout, "false\ntrue\ntrue\nfalse\n");
});

Deno.test("importing @x/perf has no effect, needs no permission and reads no environment", async () => {
  await using program = await runProgram(`${FOO_BAR_BAZ}console.log("done");`, {
    flags: ["--no-prompt"],
    env: { JS_PERF_SUPPORT: "1" },
  });
  equal(program.stderr, "");
  equal(program.stdout, "done\n");
  equal(await program.map(), undefined);
});

Deno.test("JS_PERF_SUPPORT turns trampolines on without a call in the program", async () => {
  await using program = await runProgram(`${FOO_BAR_BAZ}baz();`, { env: { JS_PERF_SUPPORT: "1" } });
  equal(program.stderr, "");
  deepEqual(await program.symbols(), FOO_BAR_BAZ_SYMBOLS);
});

Deno.test("trampolines are off by default", async () => {
  for (const value of [undefined, "", "0"]) {
    await using program = await runProgram(
      `${FOO_BAR_BAZ}baz(); console.log(isStackTrampolineActive());`,
      { env: value === undefined ? {} : { JS_PERF_SUPPORT: value } },
    );
    equal(program.stdout, "false\n");
    equal(await program.map(), undefined);
  }
});

Deno.test("deactivateStackTrampoline() wins over JS_PERF_SUPPORT", async () => {
  await using program = await runProgram(`${FOO_BAR_BAZ}deactivateStackTrampoline(); baz();`, {
    env: { JS_PERF_SUPPORT: "1" },
  });
  equal(await program.map(), undefined);
});

Deno.test("an unknown JS_PERF_ENGINE is named in a warning, and trampolines are off", async () => {
  await using program = await runProgram(`${FOO_BAR_BAZ}baz(); console.log("done");`, {
    env: { JS_PERF_SUPPORT: "1", JS_PERF_ENGINE: "turbo" },
  });
  equal(program.stdout, "done\n");
  equal(program.code, 0);
  match(program.stderr, /^@x\/perf: Cannot use engine "turbo" of JS_PERF_ENGINE.*are off\n$/);
  equal(await program.map(), undefined);
});

Deno.test("a child process has a map of its own", async () => {
  await using program = await runProgram(
    `${IMPORTS}
const foo = withPerf(function foo() {
  if (Deno.args[0] === "child") return childOnly();
  const { code } = new Deno.Command(Deno.execPath(), {
    args: [...JSON.parse(Deno.env.get("FLAGS")!), new URL(import.meta.url).pathname, "child"],
    stdout: "inherit",
  }).outputSync();
  Deno.exitCode = code;
});
const childOnly = withPerf(function childOnly() {
  console.log(Deno.pid);
});
foo();
`,
    {
      env: {
        JS_PERF_SUPPORT: "1",
        FLAGS: JSON.stringify([
          "run",
          "-A",
          "--no-lock",
          `--config=${new URL("../../deno.json", import.meta.url).pathname}`,
        ]),
      },
    },
  );
  equal(program.stderr, "");
  equal(program.code, 0);
  const childPid = Number(program.stdout);
  deepEqual(await program.symbols(), ["js::foo:program.ts:2"]);
  deepEqual(await program.symbols(childPid), [
    "js::foo:program.ts:2",
    "js::childOnly:program.ts:10",
  ]);
});

Deno.test("a Worker writes to the map of its process", async () => {
  await using program = await runProgram(
    `${IMPORTS}
const self = globalThis as unknown as Worker & { close(): void };
const inWorker = withPerf(function inWorker() {});
const inMain = withPerf(function inMain() {});
if (typeof self.postMessage === "function") {
  inWorker();
  self.postMessage("done");
  self.close();
} else {
  inMain();
  const worker = new Worker(import.meta.url, { type: "module" });
  await new Promise((resolve) => worker.onmessage = resolve);
}
`,
    { env: { JS_PERF_SUPPORT: "1" } },
  );
  equal(program.stderr, "");
  deepEqual(await program.symbols(), ["js::inMain:program.ts:4", "js::inWorker:program.ts:3"]);
});

Deno.test("activateStackTrampoline() with another engine switches to it, auto keeps the engine", async () => {
  await using program = await runProgram(`${IMPORTS}
import { support } from "@x/perf";
const seen = withPerf(function seen() {});
const engines: (string | undefined)[] = [];
for (const engine of ["native", "wasm", "auto", "native", "auto"] as const) {
  activateStackTrampoline("perf", { engine });
  seen();
  engines.push(support().active?.engine);
}
console.log(engines.join());
`);
  equal(program.stderr, "");
  equal(program.stdout, "native,wasm,wasm,native,native\n");
  // One trampoline of each engine.
  deepEqual((await program.symbols())?.length, 2);
});
