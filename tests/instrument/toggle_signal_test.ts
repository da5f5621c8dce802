import { deepEqual, equal, match, throws } from "node:assert/strict";

import { parseToggleSignal } from "../../lib/instrument/toggle_signal.ts";
import { runProgram } from "../support/program.ts";

Deno.test("parseToggleSignal() takes a name, 1 for SIGUSR2, and an empty text for none", () => {
  deepEqual(["", "0", "1", "SIGUSR1", "SIGHUP"].map((value) => parseToggleSignal(value, "X")), [
    undefined,
    undefined,
    "SIGUSR2",
    "SIGUSR1",
    "SIGHUP",
  ]);
  for (const value of ["USR2", "sigusr2", "SIGKILL", "SIGSEGV", "SIGPROF", "toString", "12"]) {
    throws(() => parseToggleSignal(value, "VARIABLE"), {
      name: "RangeError",
      message:
        `Cannot use signal "${value}" of VARIABLE: must be one that a program can handle, such as SIGUSR2`,
    });
  }
});

const preload = import.meta.resolve("../../lib/preload.ts");

/** Sends itself the signal twice, and says after each whether trampolines are on. */
const TOGGLED = `
import { isStackTrampolineActive } from "@x/perf";
function seen() { return isStackTrampolineActive(); }
const states = [seen()];
for (let i = 0; i < 3; i++) {
  const before = states.at(-1);
  if (Deno.args[0]) Deno.kill(Deno.pid, Deno.args[0]);
  const end = Date.now() + Number(Deno.args[1]);
  while (seen() === before && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
  states.push(seen());
}
console.log(JSON.stringify(states));
`;

for (
  const [env, signal, states] of [
    [{ JS_PERF_TOGGLE_SIGNAL: "1" }, "SIGUSR2", [false, true, false, true]],
    [{ JS_PERF_TOGGLE_SIGNAL: "SIGUSR1", JS_PERF_SUPPORT: "1" }, "SIGUSR1", [
      true,
      false,
      true,
      false,
    ]],
    // The program ends without a signal, too.
    [{ JS_PERF_TOGGLE_SIGNAL: "1" }, "", [false, false, false, false]],
  ] as const
) {
  Deno.test(`toggleOnSignal() ${signal || "without a signal"} toggles: ${states.join()}`, async () => {
    await using program = await runProgram(TOGGLED, {
      env,
      flags: ["--allow-all", `--preload=${preload}`],
      args: [signal, signal ? "5000" : "50"],
    });
    equal(program.code, 0, program.stderr);
    deepEqual(JSON.parse(program.stdout), states);
    equal(
      (await program.symbols()).includes("js::seen:program.ts:2"),
      states.includes(true as never),
    );
  });
}

Deno.test("toggleOnSignal() without the variable does not handle the signal", async () => {
  await using program = await runProgram(TOGGLED, {
    flags: ["--allow-all", `--preload=${preload}`],
    args: ["SIGUSR2", "50"],
  });
  equal(program.code, 140);
});

Deno.test("toggleOnSignal() warns of an unknown signal, and the program continues", async () => {
  await using program = await runProgram("console.log('done')", {
    env: { JS_PERF_TOGGLE_SIGNAL: "SIGNONE" },
    flags: ["--allow-all", `--preload=${preload}`],
  });
  equal(program.stdout, "done\n");
  match(program.stderr, /@x\/perf: Cannot use signal "SIGNONE" of JS_PERF_TOGGLE_SIGNAL/);
});
