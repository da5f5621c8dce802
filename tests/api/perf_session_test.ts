import { deepEqual, equal } from "node:assert/strict";

import { runProgram } from "../support/program.ts";

const SESSION = `
import { activateStackTrampoline, deactivateStackTrampoline, isStackTrampolineActive, perfSession, withPerf } from "@x/perf";
const seen = withPerf(function seen() {});
const unseen = withPerf(function unseen() {});
`;

Deno.test("perfSession() is on until it is disposed", async () => {
  await using program = await runProgram(`${SESSION}
{
  using _session = perfSession();
  console.log(isStackTrampolineActive());
  seen();
}
console.log(isStackTrampolineActive());
unseen();
`);
  equal(program.stderr, "");
  equal(program.stdout, "true\nfalse\n");
  deepEqual(await program.symbols(), ["js::seen:program.ts:2"]);
});

Deno.test("perfSession() ends on an exception, too", async () => {
  await using program = await runProgram(`${SESSION}
try {
  using _session = perfSession("perf", { engine: "native" });
  throw new Error("stop");
} catch (error) {
  console.log((error as Error).message, isStackTrampolineActive());
}
`);
  equal(program.stdout, "stop false\n");
});

Deno.test("perfSession() restores the state from before it", async () => {
  await using program = await runProgram(`${SESSION}
{
  using _outer = perfSession();
  {
    using _inner = perfSession();
  }
  console.log(isStackTrampolineActive());
}
console.log(isStackTrampolineActive());
activateStackTrampoline();
{
  using _session = perfSession();
}
console.log(isStackTrampolineActive());
`);
  equal(program.stdout, "true\nfalse\ntrue\n");
});

Deno.test("perfSession() may be disposed twice", async () => {
  await using program = await runProgram(`${SESSION}
const session = perfSession();
session[Symbol.dispose]();
activateStackTrampoline();
session[Symbol.dispose]();
console.log(isStackTrampolineActive());
`);
  equal(program.stdout, "true\n");
});

Deno.test("perfSession() leaves trampolines off after deactivateStackTrampoline()", async () => {
  await using program = await runProgram(`${SESSION}
{
  using _session = perfSession();
  deactivateStackTrampoline();
}
console.log(isStackTrampolineActive());
`);
  equal(program.stdout, "false\n");
});

Deno.test("perfSession() refuses an unknown backend", async () => {
  await using program = await runProgram(`${SESSION}
try {
  perfSession("invalid" as "perf");
} catch (error) {
  console.log((error as Error).name, (error as Error).message.includes("invalid backend: invalid"));
}
console.log(isStackTrampolineActive());
`);
  equal(program.stdout, "RangeError true\nfalse\n");
});

Deno.test("perfSession() gives the engine and the backend back", async () => {
  await using program = await runProgram(`${SESSION}
import { support } from "@x/perf";
const active = () => { const { backend, engine } = support().active!; return backend + " " + engine; };
activateStackTrampoline("perf", { engine: "native" });
{
  using _session = perfSession("perf_jit", { engine: "wasm" });
  console.log(active());
}
console.log(active());
`);
  equal(program.stderr, "");
  equal(program.stdout, "perf_jit wasm\nperf native\n");
});
