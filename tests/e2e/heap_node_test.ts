/*
 * `profile --alloc` and `--live` in Node, by the npm package.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";

import { decodeRecording } from "../../lib/recording/recording_file.ts";
import { foldFrames } from "../../lib/report/figures/fold_frames.ts";
import { sharesOf } from "../../lib/report/figures/shares.ts";
import { buildNpm } from "../../scripts/build/npm.ts";
import { npmPackage } from "../../scripts/build/npm_package.ts";
import { obstacleOfCommand, testNeeding } from "../support/needing.ts";
import {
  npm,
  obstacleOfRuntime,
  type OtherRuntime,
  runCommand,
  runtimeProgram,
} from "../support/other_runtime.ts";
import { LEAK_BYTES, MANY_BYTES, PLANTED, PLANTED_LINES } from "../support/planted_memory.ts";

const directory = Deno.makeTempDirSync({ prefix: "xperf-heap-node-" });
globalThis.addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

let installing: Promise<string> | undefined;

/** The command, from the package that npm has installed. */
function command(): Promise<string> {
  return installing ??= (async () => {
    const { tarball } = await buildNpm(npmPackage, directory);
    npm(["install", tarball], directory);
    Deno.writeTextFileSync(`${directory}/planted.mjs`, PLANTED);
    return `${directory}/node_modules/@x/perf/lib/command/main.js`;
  })();
}

async function profile(node: OtherRuntime, ...args: string[]) {
  const options = ["--interval", "16K", "--no-inlining", "-o", "heap.json"];
  return await runCommand(
    [runtimeProgram(node), await command(), "profile", ...options, ...args],
    { cwd: directory },
  );
}

/** Self bytes by `name:line`, with those of each thread. */
function bytesOf(): { functions: Record<string, number>; threads: Record<string, number> } {
  const recording = decodeRecording(Deno.readTextFileSync(`${directory}/heap.json`));
  const { functions } = sharesOf(foldFrames(recording));
  const threads: Record<string, number> = {};
  for (const { thread, weight } of recording.stacks) {
    threads[thread] = (threads[thread] ?? 0) + weight;
  }
  return {
    functions: Object.fromEntries(
      functions.map(({ name, line, self }) => [`${name}:${line}`, self]),
    ),
    threads,
  };
}

function isNear(amount: number | undefined, planted: number): boolean {
  return Math.abs((amount ?? 0) - planted) <= 0.1 * planted;
}

const MANY = `many:${PLANTED_LINES.many}`;
const REMEMBER = `remember:${PLANTED_LINES.remember}`;

for (const node of ["node20", "node22", "node24", "node26"] as const) {
  const obstacle = obstacleOfCommand("npm", "--version") ?? obstacleOfRuntime(node);
  testNeeding(
    obstacle,
    `profile --alloc and --live find what ${node} allocates and holds`,
    async () => {
      const alloc = await profile(node, "--alloc", "planted.mjs");
      equal(alloc.code, 0, alloc.stderr);
      const { functions } = bytesOf();
      ok(isNear(functions[MANY], MANY_BYTES), `${functions[MANY]}`);
      ok(isNear(functions[REMEMBER], LEAK_BYTES), `${functions[REMEMBER]}`);
      const live = await profile(node, "--live", "planted.mjs");
      equal(live.code, 0, live.stderr);
      const held = bytesOf().functions;
      ok(isNear(held[REMEMBER], LEAK_BYTES), `${held[REMEMBER]}`);
      ok((held[MANY] ?? 0) < 0.01 * MANY_BYTES, `${held[MANY]}`);
    },
  );

  testNeeding(obstacle, `profile --alloc has all of a program that ${node} ends`, async () => {
    for (const [how, code] of Object.entries({ exit: 3, throw: 1, reject: 1, kill: 143 })) {
      const ended = await profile(node, "--alloc", "planted.mjs", how);
      equal(ended.code, code, ended.stderr);
      ok(isNear(bytesOf().functions[REMEMBER], LEAK_BYTES), how);
    }
    const { code, stdout } = await profile(node, "--alloc", "planted.mjs", "listens");
    equal(code, 5);
    match(stdout, /^1\nheard\n/);
  });

  testNeeding(obstacle, `profile --alloc has the Workers of ${node} apart`, async () => {
    Deno.writeTextFileSync(
      `${directory}/workers.mjs`,
      `import { isMainThread, Worker } from "node:worker_threads";
      function many(count) { const all = []; for (let i = 0; i < count; i++) all.push({ a: i }); return all; }
      if (isMainThread) new Worker(new URL(import.meta.url));
      else many(1e6);`,
    );
    const { code, stderr } = await profile(node, "--alloc", "workers.mjs");
    equal(code, 0, stderr);
    const { threads } = bytesOf();
    deepEqual(Object.keys(threads).sort(), ["main", "worker 1"]);
    ok(threads["worker 1"]! > 20e6, `${threads["worker 1"]}`);
  });

  testNeeding(obstacle, `profile --alloc leaves alone what ${node} starts`, async () => {
    Deno.writeTextFileSync(
      `${directory}/parent.mjs`,
      `import { fork } from "node:child_process";
      if (process.argv[2] === "child") globalThis.all = Array.from({ length: 1e6 }, (_, a) => ({ a }));
      else fork(process.argv[1], ["child"]);`,
    );
    const { code, stderr } = await profile(node, "--alloc", "parent.mjs");
    equal(code, 0, stderr);
    const { threads } = bytesOf();
    deepEqual(Object.keys(threads), ["main"]);
    ok(threads["main"]! < 20e6, `${threads["main"]}`);
  });
}
