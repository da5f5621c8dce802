/*
 * The script that every Node process under V8's log requires. A program can start Node by its path,
 * as `child_process.fork` does. Then it does not use our `node` on PATH, and does not pass V8's
 * flags on. So the script puts the flags in front of the arguments of each Node that its process
 * starts.
 */

/**
 * Returns the text of the script, CommonJS for Node 20 and newer. The script also removes the flags
 * from `process.execArgv`, because a program may pass that on to a Worker, where Node refuses V8's
 * flags.
 *
 * @param options The flags for V8; those for Node 26 and newer; and the directory of the logs. A
 * process that cannot write there gets no flags.
 */
export function nodePreload(
  { flags, newFlags, logs }: {
    flags: readonly string[];
    newFlags: readonly string[];
    logs: string;
  },
): string {
  return `// Made by @x/perf: has each Node that this one starts write V8's log.
"use strict";
const childProcess = require("node:child_process");
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");

const isNew = parseInt(process.versions.node) >= 26;
const FLAGS = [...${JSON.stringify(flags)}, ...(isNew ? ${JSON.stringify(newFlags)} : [])];
const LOGS = ${JSON.stringify(logs)};
const { execPath } = process;

function isNode(file) {
  if (file === execPath) return true;
  if (typeof file !== "string" || !file.startsWith("/")) return false;
  try {
    return fs.realpathSync(file) === fs.realpathSync(execPath);
  } catch {
    return false;
  }
}

function canLog() {
  try {
    fs.accessSync(LOGS, fs.constants.W_OK | fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isMeant(file, args) {
  return isNode(file) && !args.some((arg) => FLAGS.includes(arg)) && canLog();
}

const { spawn } = childProcess.ChildProcess.prototype;
childProcess.ChildProcess.prototype.spawn = function (options) {
  if (!Array.isArray(options?.args) || !isMeant(options.file, options.args)) {
    return spawn.call(this, options);
  }
  // The first argument is the name that the process gets.
  const [name, ...args] = options.args;
  return spawn.call(this, { ...options, args: [name, ...FLAGS, ...args] });
};

for (const name of ["spawnSync", "execFileSync"]) {
  const plain = childProcess[name];
  const replaced = {
    [name](file, args, ...rest) {
      if (!Array.isArray(args) || !isMeant(file, args)) return plain(file, args, ...rest);
      return plain(file, [...FLAGS, ...args], ...rest);
    },
  }[name];
  childProcess[name] = replaced;
}
syncBuiltinESMExports();

// V8 writes to standard output where it cannot open a log. A process that has given up its rights
// cannot open one for a Worker, so from that Worker on nothing is logged.
function canOpen() {
  // access(2) asks for the real user, open(2) for the effective one.
  const probe = LOGS + "/probe-" + process.pid;
  try {
    fs.closeSync(fs.openSync(probe, "w"));
    fs.unlinkSync(probe);
    return true;
  } catch {
    return false;
  }
}

let isGuarded = false;
function guardWorkers() {
  if (isGuarded) return;
  isGuarded = true;
  const threads = require("node:worker_threads");
  threads.Worker = new Proxy(threads.Worker, {
    construct(target, args, newTarget) {
      if (!canOpen()) {
        const { setFlagsFromString } = require("node:v8");
        for (const flag of ["log", "log-code", "log-source-position"]) setFlagsFromString("--no-" + flag);
      }
      return Reflect.construct(target, args, newTarget);
    },
  });
  syncBuiltinESMExports();
}

for (const name of ["setuid", "seteuid", "setgid", "setegid"]) {
  const plain = process[name];
  if (typeof plain !== "function") continue;
  process[name] = {
    [name](id) {
      plain.call(process, id);
      guardWorkers();
    },
  }[name];
}

process.execArgv = process.execArgv.filter((arg) => !FLAGS.includes(arg));
`;
}
