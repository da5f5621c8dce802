import { deepEqual, equal } from "node:assert/strict";

import { nodePreload } from "../../../lib/command/program/node_preload.ts";
import { Workplace } from "../../support/command_process.ts";
import { obstacleOfCommand, testNeeding } from "../../support/needing.ts";

const obstacle = obstacleOfCommand("node", "--version");

/** Flags of V8 that change nothing, and by which a process tells that it got them. */
const FLAGS = ["--stack-trace-limit=11", "--no-lazy"];

/** Prints the flags that a Node was started with, and its other words. */
const CHILD = "console.log(JSON.stringify([process.execArgv, process.argv.slice(2)]));";

/** Runs a program that requires the script, and reads the JSON that it prints, a line each. */
async function linesOf(
  place: Workplace,
  program: string,
  { logs = `${place.path}/logs`, args = [] as string[], name = "main.mjs" } = {},
): Promise<unknown[]> {
  Deno.mkdirSync(`${place.path}/logs`, { recursive: true });
  const preload = place.write("preload.cjs", nodePreload(FLAGS, logs));
  place.write("child.cjs", CHILD);
  const main = place.write(name, program);
  const { stdout, stderr } = await new Deno.Command("node", {
    args: [`--require=${preload}`, ...args, main],
    cwd: place.path,
    env: { NODE_OPTIONS: "", NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  equal(text.decode(stderr), "");
  return text.decode(stdout).trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** Starts child.cjs in each way that takes a program's path. */
const EVERY_WAY = `
import childProcess, { execFile, execFileSync, fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
const node = process.execPath;
const inherit = { stdio: "inherit" };
await once(fork("child.cjs", ["a b"], { execArgv: [] }), "exit");
await once(spawn(node, ["child.cjs", "spawn"], inherit), "exit");
await new Promise((done) => execFile(node, ["child.cjs", "*"], (_, out) => done(process.stdout.write(out))));
spawnSync(node, ["child.cjs", "sync"], inherit);
process.stdout.write(execFileSync(node, ["child.cjs", ""]));
process.stdout.write(childProcess.spawnSync(node, ["child.cjs"]).stdout);
`;

testNeeding(
  obstacle,
  "nodePreload() puts the flags in front of the arguments of each Node",
  async () => {
    await using place = new Workplace();
    deepEqual(await linesOf(place, EVERY_WAY), [
      ...[[FLAGS, ["a b"]], [FLAGS, ["spawn"]], [FLAGS, ["*"]], [FLAGS, ["sync"]], [FLAGS, [""]]],
      [FLAGS, []],
    ]);
  },
);

testNeeding(obstacle, "nodePreload() leaves Node alone that cannot write a log", async () => {
  await using place = new Workplace();
  const none = await linesOf(place, EVERY_WAY, { logs: `${place.path}/gone` }) as string[][][];
  deepEqual(none.map(([flags]) => flags), Array(6).fill([]));
});

testNeeding(
  obstacle,
  "nodePreload() gives the flags to Node only, by any path, and once",
  async () => {
    await using place = new Workplace();
    Deno.writeTextFileSync(
      `${place.path}/echo`,
      '#!/bin/sh\nprintf \'["%s"]\\n\' "$*"\n',
      { mode: 0o755 },
    );
    const program = `
import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
symlinkSync(process.execPath, "${place.path}/link");
const inherit = { stdio: "inherit" };
spawnSync("${place.path}/link", ["child.cjs", "link"], inherit);
spawnSync(process.execPath, ${JSON.stringify([...FLAGS, "child.cjs", "once"])}, inherit);
spawnSync("${place.path}/echo", ["child.cjs"], inherit);
spawnSync("./echo", ["relative"], inherit);
console.log(JSON.stringify([spawnSync("/no/such").error.code]));
`;
    deepEqual(await linesOf(place, program), [
      [FLAGS, ["link"]],
      [FLAGS, ["once"]],
      ["child.cjs"],
      ["relative"],
      ["ENOENT"],
    ]);
  },
);

testNeeding(
  obstacle,
  "nodePreload() takes the flags out of what a program sees, and keeps others",
  async () => {
    await using place = new Workplace();
    const program = `
import childProcess, { spawnSync } from "node:child_process";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
console.log(JSON.stringify(process.execArgv.filter((arg) => !arg.startsWith("--require="))));
// Node refuses V8's flags in a Worker.
const [code] = await once(new Worker("process.exit(7)", { eval: true, execArgv: process.execArgv }), "exit");
console.log(code);
console.log(JSON.stringify([spawnSync.name, childProcess.spawnSync === spawnSync, process.setuid.name]));
`;
    const [execArgv, ...others] = await linesOf(place, program, {
      args: [...FLAGS, "--no-warnings"],
    });
    deepEqual(execArgv, ["--no-warnings"]);
    deepEqual(others, [7, ["spawnSync", true, "setuid"]]);
  },
);

testNeeding(
  obstacle ?? (Deno.uid() === 0 ? undefined : "only root can give up its rights"),
  "nodePreload() has Workers of a process that gave up its rights run, without a log",
  async () => {
    await using place = new Workplace();
    Deno.chmodSync(place.path, 0o755);
    const program = `
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { isMainThread, Worker } from "node:worker_threads";
process.setegid(65534);
process.seteuid(65534);
const worker = new Worker("process.exit(7)", { eval: true });
console.log(JSON.stringify([...await once(worker, "exit"), worker instanceof Worker, isMainThread]));
console.log(JSON.stringify(readdirSync("logs").map((name) => name.split("-")[0])));
`;
    deepEqual(await linesOf(place, program), [[7, true, true], []]);
  },
);
