import { deepEqual, equal, ok } from "node:assert/strict";
import { dirname } from "node:path";

import {
  DEOPT_FLAG,
  LOG_FLAGS,
  logFlags,
  loggedEnvironment,
  logsDeoptsSilently,
  programPath,
} from "../../../lib/command/program/logged_program.ts";
import { listLogs, makeLogDirectory } from "../../../lib/v8_log/log_directory.ts";
import { LoggedPrograms } from "../../support/logged.ts";
import { obstacleOfCommand, testNeeding } from "../../support/needing.ts";
import {
  obstacleOfRuntime,
  type OtherRuntime,
  runtimeProgram,
} from "../../support/other_runtime.ts";

/** Work that V8 compiles, and two lines of output. */
const WORK = `
function work(n) { let sum = 0; for (let i = 0; i < n; i++) sum = (sum + i * i) % 1000003; return sum; }
// At once: what a Worker of Node prints by its console comes at any time.
const { writeSync } = process.getBuiltinModule("node:fs");
writeSync(1, "out " + work(3e6) + "\\n");
writeSync(2, "err " + work(3e5) + "\\n");
`;

const RELAY = `
function relay(child) {
  return new Promise((resolve) => child.on("close", (code) => { console.log("child", code); resolve(); }));
}
`;

const NODE_MAIN = `
import { fork, spawn } from "node:child_process";
import { Worker } from "node:worker_threads";
${RELAY}
${WORK}
const ended = (worker) => new Promise((resolve) => worker.on("exit", resolve));
await ended(new Worker("./work.mjs"));
await ended(new Worker(${JSON.stringify(WORK)}, { eval: true }));
await relay(fork("./work.mjs"));
await relay(spawn("node", ["work.mjs"], { stdio: "inherit" }));
await relay(spawn("npm", ["run", "--silent", "tool"], { stdio: "inherit" }));
`;

const FILES = {
  "work.mjs": WORK,
  "main.mjs": NODE_MAIN,
  "package.json": JSON.stringify({ scripts: { tool: "./tool.mjs 'a b' $" } }),
  "tool.mjs": `#!/usr/bin/env node
console.log(JSON.stringify(process.argv.slice(2)), process.argv0);
${WORK}`,
};

for (const runtime of ["node20", "node22", "node24"] as OtherRuntime[]) {
  testNeeding(
    obstacleOfRuntime(runtime) ?? obstacleOfCommand("npm", "--version"),
    `loggedEnvironment() logs Workers, children and npm's scripts in ${runtime}, unnoticed`,
    async () => {
      using programs = new LoggedPrograms(FILES);
      const env = {
        PATH: `${dirname(runtimeProgram(runtime))}:${Deno.env.get("PATH")}`,
        npm_config_update_notifier: "false",
      };
      const plain = await programs.run(["node", "main.mjs"], { logged: false, env });
      equal(plain.stdout.match(/^out/gm)!.length, 6, plain.stderr);
      deepEqual(programs.logCounts, []);
      deepEqual(await programs.run(["node", "main.mjs"], { env }), plain);
      // The program with two Workers; forked, started and npm's; npm itself.
      deepEqual(programs.logCounts.slice(0, 1), [3]);
      equal(programs.logCounts.length, 5);
    },
  );
}

const DENO_MAIN = `
import { fork, spawn } from "node:child_process";
import { Worker as NodeWorker } from "node:worker_threads";
${RELAY}
${WORK}
const done = ";self.postMessage?.(1);self.close?.();";
const ended = (worker) => new Promise((resolve) => { worker.onmessage = resolve; });
const closed = (worker) => new Promise((resolve) => worker.on("exit", resolve));
await ended(new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" }));
const blob = URL.createObjectURL(new Blob([${
  JSON.stringify(WORK)
} + done], { type: "text/javascript" }));
await ended(new Worker(blob, { type: "module" }));
await closed(new NodeWorker(new URL("./work.mjs", import.meta.url)));
await closed(new NodeWorker(${JSON.stringify(WORK)}, { eval: true }));
const { code } = await new Deno.Command(Deno.execPath(), { args: ["run", "work.mjs"] }).spawn().status;
console.log("command", code);
await relay(fork(import.meta.dirname + "/work.mjs"));
await relay(spawn("deno", ["run", "work.mjs"], { stdio: "inherit" }));
await relay(spawn("node", ["work.mjs"], { stdio: "inherit" }));
`;

testNeeding(
  obstacleOfCommand("node", "--version"),
  "loggedEnvironment() logs Workers and children in Deno, unnoticed",
  async () => {
    using programs = new LoggedPrograms({
      ...FILES,
      "main.mjs": DENO_MAIN,
      "worker.mjs": `${WORK};self.postMessage(1);self.close();`,
    });
    const command = ["deno", "run", "-A", "main.mjs"];
    const plain = await programs.run(command, { logged: false });
    equal(plain.stdout.match(/^out/gm)!.length, 9, plain.stderr);
    deepEqual(await programs.run(command), plain);
    deepEqual(programs.logCounts, [5, 1, 1, 1, 1]);
  },
);

Deno.test("loggedEnvironment() puts our flags for Deno behind the user's", () => {
  using programs = new LoggedPrograms();
  const flags = logFlags({ ...programs.directory, runtime: "deno" }).join();
  const variables = (env: Record<string, string>) => loggedEnvironment(programs.directory, env);
  equal(variables({})["DENO_V8_FLAGS"], flags);
  equal(variables({ DENO_V8_FLAGS: "" })["DENO_V8_FLAGS"], flags);
  equal(variables({ DENO_V8_FLAGS: "--a,--b=1" })["DENO_V8_FLAGS"], `--a,--b=1,${flags}`);
});

Deno.test("loggedEnvironment() makes no shim for a program that is not on PATH", () => {
  using programs = new LoggedPrograms();
  const env = loggedEnvironment(programs.directory, { PATH: "/nowhere::/none", A: "1" });
  equal(env["PATH"], "/nowhere::/none");
  deepEqual([...Deno.readDirSync(programs.directory.bin)], []);
});

Deno.test("programPath() finds a program on the PATH of the environment that it gets", () => {
  using programs = new LoggedPrograms({ node: "#!/bin/sh\n", file: "" });
  Deno.mkdirSync(`${programs.path}/directory`);
  const env = { PATH: `/nowhere:${programs.path}:/none` };
  equal(programPath("node", env), `${programs.path}/node`);
  equal(programPath("./node", env), "./node");
  equal(programPath("file", env), "file");
  equal(programPath("directory", env), "directory");
  equal(programPath("node", {}), "node");
});

/** A program that stands for a runtime and prints its arguments and variables. */
const fake = (version: string) =>
  `#!/bin/bash
if [ "$1" = --version ]; then echo "${version}"; exit; fi
printf '[%s]' "$@"
`;

for (
  const [version, gets] of [
    ["v18.20.4", false],
    ["v20.0.0", true],
    ["v26.10.0", true],
    ["v100.0.0", true],
    ["1.4.5", false],
    ["", false],
  ] as const
) {
  Deno.test(`the node shim passes ${gets ? "its" : "no"} flags to version "${version}"`, async () => {
    using programs = new LoggedPrograms({ node: fake(version), nodejs: fake(version) });
    const env = { PATH: `${programs.path}:${Deno.env.get("PATH")}` };
    const args = ["-e", "a  'b' \"c\" $d \n", "", "*"];
    const own = args.map((word) => `[${word}]`).join("");
    const logsDeopts = parseInt(version.slice(1)) >= 26;
    const all = [...logFlags(programs.directory), ...(logsDeopts ? [DEOPT_FLAG] : [])];
    const flags = gets ? all.map((flag) => `[${flag}]`).join("") : "";
    for (const name of ["node", "nodejs"]) {
      const outcome = await programs.run([name, ...args], { env });
      deepEqual(outcome, { code: 0, stdout: flags + own, stderr: "" });
    }
  });
}

Deno.test("logsDeoptsSilently() is false for versions that print them", () => {
  equal(logsDeoptsSilently("13.6.233.17-node.50"), false);
  equal(logsDeoptsSilently("14.6.202.34-node.34"), true);
  equal(logsDeoptsSilently("15.0.245.2-rusty"), true);
  equal(logsDeoptsSilently("unknown"), false);
  using programs = new LoggedPrograms();
  const { logFile } = programs.directory;
  equal(logFlags({ logFile, runtime: "deno" }).includes(DEOPT_FLAG), true);
  equal(logFlags({ logFile, runtime: "node" }).includes(DEOPT_FLAG), false);
});

Deno.test("the node shim asks a node that is a script for its version each time", async () => {
  using programs = new LoggedPrograms({ node: fake("$(cat version)"), version: "v18.0.0" });
  const env = { PATH: `${programs.path}:${Deno.env.get("PATH")}` };
  equal((await programs.run(["node", "x"], { env })).stdout, "[x]");
  Deno.writeTextFileSync(`${programs.path}/version`, "v22.0.0");
  ok((await programs.run(["node", "x"], { env })).stdout.startsWith(`[${LOG_FLAGS[0]}]`));
});

Deno.test("the node shim reports a missing real node as a shell does", async () => {
  using programs = new LoggedPrograms({ node: fake("v22.0.0") });
  const env = { PATH: `${programs.path}:/nowhere` };
  const { PATH } = programs.environment({ env });
  Deno.removeSync(`${programs.path}/node`);
  const { code, stdout, stderr } = await new Deno.Command(`${programs.directory.bin}/node`, {
    env: { PATH: PATH! },
    clearEnv: true,
  }).output();
  deepEqual([code, stdout.length, new TextDecoder().decode(stderr)], [127, 0, "node: not found\n"]);
});

testNeeding(
  obstacleOfCommand("node", "--version"),
  "the node shim keeps arguments, argv0, variables, status and signals",
  async () => {
    using programs = new LoggedPrograms({
      "show.mjs": `
const { PATH, DENO_V8_FLAGS, _, ...env } = process.env;
console.log(process.argv0, process.title, JSON.stringify(process.argv.slice(2)), process.cwd());
delete env.NODE_OPTIONS; // Has Node require a script of ours.
console.log(JSON.stringify(Object.entries(env).sort()));
process.exit(7);`,
    });
    const env = {
      "name.with-dots": "kept",
      MULTI: "a\nPWD=/evil\n",
      PWD: "/somewhere/else",
      OLDPWD: "/nowhere",
      SHLVL: "5",
      BASH_ENV: "/dev/stdin",
      "BASH_FUNC_exec%%": "() { echo planted; }",
      IFS: "/",
      real: "mine",
      name: "mine",
    };
    const command = ["node", "show.mjs", "a  b", "*", "'\"$x`\\", "", "ü"];
    const plain = await programs.run(command, { logged: false, env });
    equal(plain.code, 7);
    const logged = await programs.run(command, { env });
    deepEqual(logged.stdout.split(/\n|(?<=\],)/), plain.stdout.split(/\n|(?<=\],)/));
    deepEqual(logged, plain);
    equal(listLogs(programs.directory.path).length, 1);

    const killed = [
      "node",
      "-e",
      "process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 60000)",
    ];
    const status = await programs.start(killed).status;
    equal(status.signal, "SIGTERM");
  },
);

testNeeding(
  obstacleOfCommand("node", "--version"),
  "the node shim finds neither itself nor the shim of a command around it",
  async () => {
    using programs = new LoggedPrograms({ "work.mjs": WORK });
    const inner = makeLogDirectory({ temporary: programs.path });
    const env = loggedEnvironment(inner, programs.environment());
    const twice = { ...env, PATH: `${inner.bin}:${inner.bin}/:${env["PATH"]}` };
    const { stdout } = await new Deno.Command("env", {
      args: ["node", "work.mjs"],
      env: twice,
      clearEnv: true,
      cwd: programs.path,
    }).output();
    ok(new TextDecoder().decode(stdout).startsWith("out "));
    equal(listLogs(inner.path).length, 1);
    deepEqual(programs.logCounts, []);
  },
);

testNeeding(
  obstacleOfCommand("node", "--version"),
  "loggedEnvironment() does not affect programs when the log directory is gone",
  async () => {
    using programs = new LoggedPrograms({ "work.mjs": WORK });
    for (const command of [["node", "work.mjs"], ["deno", "run", "work.mjs"]]) {
      const plain = await programs.run(command, { logged: false });
      const started = programs.environment();
      Deno.renameSync(programs.directory.path, `${programs.path}/moved`);
      const { stdout, stderr } = await new Deno.Command("env", {
        args: command,
        env: started,
        clearEnv: true,
        cwd: programs.path,
      }).output();
      Deno.renameSync(`${programs.path}/moved`, programs.directory.path);
      const decoder = new TextDecoder();
      deepEqual([decoder.decode(stdout), decoder.decode(stderr)], [plain.stdout, plain.stderr]);
    }
  },
);

testNeeding(
  Deno.uid() !== 0
    ? "only root can become another user"
    : obstacleOfCommand("setpriv", "--reuid=1000", "--clear-groups", "node", "--version"),
  "loggedEnvironment() gives no flags to processes of another user",
  async () => {
    using programs = new LoggedPrograms({ "work.mjs": WORK });
    Deno.chmodSync(programs.path, 0o755);
    const command = ["setpriv", "--reuid=1000", "--clear-groups", "node", "work.mjs"];
    const plain = await programs.run(command, { logged: false });
    ok(plain.stdout.startsWith("out "), plain.stderr);
    deepEqual(await programs.run(command), plain);
    deepEqual(programs.logCounts, []);
  },
);
