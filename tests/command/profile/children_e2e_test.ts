/*
 * Processes of the same runtime that a script starts, by the path of the runtime or by `fork`.
 */
import { equal, match } from "node:assert/strict";

import { runCommand, Workplace } from "../../support/command_process.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { functionsIn, readRecorded, stacksOf, weightOf } from "../../support/recorded.ts";

/** A function that takes some time, called by its module. */
const work = (name: string, rounds = 3e8) => `
function ${name}() { let s = 0; for (let i = 0; i < ${rounds}; i++) s = (Math.imul(s, 31) + i) | 0; return s; }
console.log("${name}", ${name}() !== 0.5);
`;

const PARENTS: Record<string, string> = {
  "Deno.execPath()":
    'await new Deno.Command(Deno.execPath(), { args: ["run", "-A", "child.mjs"] }).spawn().status;',
  "node:child_process.fork": `const { fork } = await import("node:child_process");
    await new Promise((resolve) => fork("./child.mjs").on("exit", resolve));`,
};

for (const [way, start] of Object.entries(PARENTS)) {
  testNeeding(
    obstacleOfPerf(),
    `profile() of a script names what it starts by ${way}`,
    async () => {
      await using place = new Workplace();
      place.write("child.mjs", work("inChild"));
      place.write("parent.mjs", work("inParent") + start);
      const { code, stdout, stderr } = await runCommand(
        ["profile", "--sampler", "perf", "--format", "folded", "parent.mjs"],
        { cwd: place.path },
      );
      equal(code, 0, stderr);
      equal(stdout, "inParent true\ninChild true\n");
      const stacks = stacksOf(await readRecorded(`${place.path}/perf.data`));
      for (
        const [file, name, label] of [
          [/parent\.mjs$/, "inParent", /\d+ "parent\.mjs"$/],
          [/child\.mjs$/, "inChild", /\d+ "child\.mjs"$/],
        ] as const
      ) {
        const inside = stacks.filter((stack) =>
          functionsIn(stack, file).join() === `<module>,${name}`
        );
        equal(weightOf(inside, () => true) > 1e8, true, `${name} in ${stderr}`);
        for (const { thread } of inside) match(thread, label);
      }
    },
  );
}

testNeeding(
  obstacleOfPerf(),
  "profile() by trampolines says that other processes have no names",
  async () => {
    await using place = new Workplace();
    place.write("child.mjs", work("inChild"));
    place.write("parent.mjs", work("inParent") + PARENTS["Deno.execPath()"]);
    const run = (...args: string[]) =>
      runCommand(["profile", "--sampler", "perf", "--engine", "wasm", ...args], {
        cwd: place.path,
      });
    const { stdout, stderr } = await run("parent.mjs");
    match(stdout, /js::inParent:/);
    match(
      stderr,
      /^note: \d+ % of the time is of processes that the script has started, without names: /m,
    );
    const alone = await run("child.mjs");
    equal(alone.stderr.includes("processes"), false, alone.stderr);
  },
);

Deno.test("profile() by the built-in sampler says that other processes are not sampled", async () => {
  await using place = new Workplace();
  place.write("child.mjs", work("inChild", 1e9));
  place.write("parent.mjs", work("inParent") + PARENTS["Deno.execPath()"]);
  const run = (script: string) =>
    runCommand(["profile", "--sampler", "builtin", script], { cwd: place.path });
  const { stdout, stderr } = await run("parent.mjs");
  match(stdout, /js::inParent:/);
  match(
    stderr,
    /^note: [\d.]+ s of [\d.]+ s of processor time were of processes that the program/m,
  );
  const alone = await run("child.mjs");
  equal(alone.stderr.includes("processes"), false, alone.stderr);
});
