import { deepEqual, equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { LEAVE_PID, runCommand, Workplace } from "../../support/command_process.ts";

const configuration = fileURLToPath(import.meta.resolve("../../../deno.json"));

const PARTS = `${LEAVE_PID}
import { activateStackTrampoline, deactivateStackTrampoline } from "@x/perf";
let sum = 0;
function outside() { for (let i = 0; i < 6e7; i++) sum = (sum * 31 + i) | 0; }
function inside() { for (let i = 0; i < 6e7; i++) sum = (sum * 31 + i) | 0; }
outside();
performance.mark("part");
activateStackTrampoline();
inside();
deactivateStackTrampoline();
performance.measure("part", "part");
outside();
console.log(Object.keys(Deno.env.toObject()).filter((name) => /^JS_PERF_(SCOPE|CONTROL)/.test(name)));
`;

for (const sampler of ["perf", "builtin"]) {
  testNeeding(
    sampler === "perf" ? obstacleOfPerf() : undefined,
    `profile() --scope with ${sampler} records only the scope`,
    async () => {
      await using place = new Workplace();
      const script = place.write("parts.ts", PARTS);
      const profile = async (...args: string[]) => {
        const { code, stdout, stderr } = await runCommand(
          ["profile", "--sampler", sampler, "-F", "999", "-o", "out.data", "--app-only", ...args]
            .concat(`--runtime-args=-A --config=${configuration}`, script),
          { cwd: place.path },
        );
        equal(code, 0, stderr);
        match(stdout, /^\[\]$/m);
        return ["inside", "outside"].filter((name) => stdout.includes(`js::${name}:`));
      };
      deepEqual(await profile("-X", "perf"), ["inside", "outside"]);
      deepEqual(await profile("-X", "perf", "--scope", "measure:part"), ["inside"]);
      deepEqual(await profile("--scope", "active"), ["inside"]);
      // Nothing is left of the FIFOs.
      const left = [...Deno.readDirSync("/tmp")].filter(({ name }) =>
        name.startsWith("xperf-control-")
      );
      deepEqual(left, []);
    },
  );
}

for (const sampler of ["perf", "builtin"]) {
  testNeeding(
    sampler === "perf" ? obstacleOfPerf() : undefined,
    `profile() --scope with ${sampler} says what the program has never done`,
    async () => {
      await using place = new Workplace();
      const script = place.write("parts.ts", "for (let i = 0; i < 3e8; i++);");
      for (
        const [scope, never] of [
          ["measure:nope", 'between performance.mark("nope") and performance.measure("nope")'],
          ["active", "into a time with trampolines on, as activateStackTrampoline() turns them on"],
        ] as const
      ) {
        const args = ["profile", "--sampler", sampler, "-o", "out.data", "--scope", scope, script];
        const { code, stdout, stderr } = await runCommand(args, { cwd: place.path });
        equal(code, 1);
        equal(stdout, "");
        const message =
          `error: Cannot report "out.data": nothing was measured, no sample fell ${never}`;
        equal(stderr.trimEnd().split("\n").at(-1), message);
      }
    },
  );
}

Deno.test("profile() --scope refuses what it cannot do", async () => {
  for (
    const [args, message] of [
      [["--scope", "some"], /Cannot use scope "some" of --scope: must be all, active or measure/],
      [["--scope", "active", "-p", "1"], /Cannot use --scope active with -p/],
      [["--scope", "active", "--", "npm", "test"], /Cannot use --scope with a command/],
    ] as const
  ) {
    const { code, stderr } = await runCommand(["profile", ...args]);
    equal(code, 2);
    match(stderr, message);
  }
});
