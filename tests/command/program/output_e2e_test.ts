/*
 * Standard input, output, error and the exit status are the program's, byte for byte, with every engine
 * and sampler.
 */
import { deepEqual, equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { Workplace } from "../../support/command_process.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfRuntime, runtimeProgram } from "../../support/other_runtime.ts";
import { obstacleOfPerf } from "../../support/perf.ts";

const cli = fileURLToPath(import.meta.resolve("../../../lib/command/cli.ts"));

/** Writes every byte to both streams, and has a child and a Worker write, too. */
const PROGRAM = `
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import process from "node:process";
import { Worker } from "node:worker_threads";
const all = Uint8Array.from({ length: 256 }, (_, i) => i);
fs.writeSync(1, all);
fs.writeSync(2, all);
const args = [globalThis.Deno ? "eval" : "-e", "console.log('child'); console.error('its error')"];
const { stdout, stderr } = spawnSync(process.execPath, args);
fs.writeSync(1, stdout);
fs.writeSync(2, stderr);
fs.writeSync(1, fs.readFileSync(0));
const text = "require('node:fs').writeSync(1, 'worker\\\\n'); require('node:fs').writeSync(2, '\\\\0')";
new Worker(text, { eval: true }).on("exit", () => {
  fs.writeSync(2, "no line break at the end");
  process.exitCode = 5;
});
`;

const INPUT = Uint8Array.of(0, 13, 10, 255, 27, 91);

interface Result {
  code: number;
  stdout: Uint8Array;
  stderr: Uint8Array;
}

async function run(command: readonly string[], cwd: string, path: string): Promise<Result> {
  const [program, ...args] = command;
  const child = new Deno.Command(program!, {
    args,
    cwd,
    env: { PATH: path, NO_COLOR: "1", JS_PERF_SUPPORT: "", JS_PERF_JIT_SUPPORT: "" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(INPUT);
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  return { code, stdout, stderr };
}

const PROFILE = ["profile", "-q", "--format", "folded"];

const MODES: readonly (readonly string[])[] = [
  ["run"],
  ["run", "-X", "perf"],
  ["run", "-X", "perf=0"],
  ["run", "-X", "perf_jit"],
  ["run", "--engine", "v8"],
  ["run", "--engine", "wasm", "-X", "perf"],
  ["run", "--engine", "native", "-X", "perf"],
  [...PROFILE, "--sampler", "perf"],
  [...PROFILE, "--sampler", "perf", "-X", "perf=0"],
  [...PROFILE, "--sampler", "perf", "-X", "perf_jit"],
  [...PROFILE, "--sampler", "perf", "--engine", "wasm"],
  [...PROFILE, "--sampler", "perf", "--engine", "native"],
  [...PROFILE, "--sampler", "builtin"],
  [...PROFILE, "--sampler", "builtin", "-X", "perf=0"],
  [...PROFILE, "--sampler", "builtin", "--engine", "wasm"],
  [...PROFILE, "--sampler", "builtin", "--engine", "native"],
];

for (const mode of MODES) {
  testNeeding(
    mode.includes("perf") && mode[0] === "profile" ? obstacleOfPerf() : undefined,
    `${mode.join(" ")} leaves every byte of a program's streams alone`,
    async () => {
      await using place = new Workplace();
      place.write("app.mjs", PROGRAM);
      const path = Deno.env.get("PATH")!;
      const deno = [Deno.execPath(), "run", "-A", "--no-lock"];
      const plain = await run([...deno, "app.mjs"], place.path, path);
      equal(plain.code, 5);
      deepEqual(await run([...deno, cli, ...mode, "app.mjs"], place.path, path), plain);
    },
  );
}

for (const runtime of ["node20", "node22", "node24", "node26"] as const) {
  testNeeding(
    obstacleOfRuntime(runtime) ?? obstacleOfPerf(),
    `run and profile of ${runtime} leave every byte of its streams alone`,
    async () => {
      await using place = new Workplace();
      place.write("app.mjs", PROGRAM);
      const program = runtimeProgram(runtime);
      const path = `${program.slice(0, program.lastIndexOf("/"))}:${Deno.env.get("PATH")}`;
      const plain = await run(["node", "app.mjs"], place.path, path);
      equal(plain.code, 5);
      for (const mode of [["run"], PROFILE]) {
        const command = [Deno.execPath(), "run", "-A", "--no-lock", cli, ...mode, "--", "node"];
        deepEqual(await run([...command, "app.mjs"], place.path, path), plain, mode.join(" "));
      }
    },
  );
}

const isRoot = Deno.uid() === 0 ? undefined : "only root can become another user";

for (const runtime of ["node20", "node22", "node24", "node26"] as const) {
  testNeeding(
    isRoot ?? obstacleOfRuntime(runtime),
    `run of ${runtime} leaves the output alone of a program that becomes another user`,
    async () => {
      await using place = new Workplace();
      const path = place.write(
        "app.mjs",
        `import * as fs from "node:fs";
        import { Worker } from "node:worker_threads";
        process.setgid(65534);
        process.setuid(65534);
        const worker = new Worker("require('node:fs').writeSync(1, 'worker\\\\n')", { eval: true });
        worker.on("exit", () => fs.writeSync(1, worker.constructor.name + " ends\\n"));`,
      );
      Deno.chmodSync(place.path, 0o755);
      const node = runtimeProgram(runtime);
      const command = [Deno.execPath(), "run", "-A", "--no-lock", cli, "run", "--", "node", path];
      const search = `${node.slice(0, node.lastIndexOf("/"))}:${Deno.env.get("PATH")}`;
      const { stdout, stderr } = await run(command, place.path, search);
      const text = new TextDecoder();
      equal(text.decode(stdout), "worker\nWorker ends\n", text.decode(stderr));
    },
  );
}
