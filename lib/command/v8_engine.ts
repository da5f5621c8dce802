/*
 * `--engine v8`: no trampolines, but V8's own perf map, whose names are repaired when the program
 * has ended.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";

import { PerfError } from "../perf_error.ts";
import { perfMapPath } from "../perf_map.ts";
import { host, userId } from "../runtime.ts";
import { siblingModule } from "../sibling_module.ts";
import { environmentFor, type Wish } from "../switches.ts";
import { MODULES_VARIABLE } from "../v8/module_log.ts";
import { readModuleLog } from "../v8/module_log_reader.ts";
import { repairPerfMap } from "../v8/perf_map_repair.ts";
import { type CommandLine, lastValue, usageError } from "./options.ts";
import { definedVariables, runtimeArgsOf, type ScriptCommand } from "./script.ts";

/**
 * V8's flags: a perf map, and code of its own for every function that is interpreted. With the
 * first comes a log that nobody needs, in the program's directory.
 */
const FLAGS: readonly string[] = [
  "--perf-basic-prof",
  "--interpreted-frames-native-stack",
  "--logfile=/dev/null",
  "--no-logfile-per-isolate",
];

/** Keeps every function's frame its own. */
const NO_INLINING: readonly string[] = ["--no-turbo-inlining", "--no-maglev-inlining"];

/** What is to be said of a program that runs like this. */
export const V8_NOTE =
  "note: --engine v8 records from start to end: what turns trampolines on or off, and frames by " +
  "hand, do nothing; what V8 inlines counts for its caller, unless --no-inlining is given";

/**
 * Whether the command line asks for V8's own perf map.
 *
 * @throws {PerfError} If it asks for something else at the same time, or the runtime has no V8.
 */
export function wantsV8(line: CommandLine): boolean {
  if (lastValue(line, "engine") !== "v8") {
    if (!line.options.has("no-inlining")) return false;
    throw usageError("Cannot use --no-inlining: it is for --engine v8");
  }
  if (line.options.get("X")?.some((value) => value.startsWith("perf_jit"))) {
    throw usageError('Cannot use "-X perf_jit" with --engine v8: it has a perf map only');
  }
  if (host.name === "bun") {
    throw new PerfError('Cannot use engine "v8" in Bun: its engine is JavaScriptCore', {
      code: "unavailable",
      hint: "--engine native",
    });
  }
  return true;
}

/** What the other switches decide for such a program: trampolines are off. */
export const V8_WISH: Wish = { backend: undefined, engine: "auto" };

/** How to run a script with V8's own perf map. */
export function v8Command(
  { script, scriptArgs, line }: {
    script: string;
    scriptArgs: readonly string[];
    line: CommandLine;
  },
): ScriptCommand {
  const directory = fs.mkdtempSync(`${fs.existsSync("/tmp") ? "/tmp" : tmpdir()}/xperf-v8-`);
  const log = `${directory}/modules`;
  const startArgs = host.startArgs({
    flags: runtimeArgsOf(line),
    preload: siblingModule("../v8/preload", import.meta.url),
    stackSize: undefined,
    engineFlags: line.options.has("no-inlining") ? [...FLAGS, ...NO_INLINING] : FLAGS,
  });
  return {
    command: [process.execPath, ...startArgs, script, ...scriptArgs],
    env: definedVariables({
      ...process.env,
      ...environmentFor(V8_WISH),
      [MODULES_VARIABLE]: log,
    }),
    finish() {
      try {
        if (fs.existsSync(log)) repairNames(fs.readFileSync(log, "utf8"));
      } finally {
        fs.rmSync(directory, { recursive: true });
      }
    },
  };
}

function repairNames(log: string): void {
  const { pid, positionsOf } = readModuleLog(log);
  if (pid === undefined) return;
  const path = perfMapPath(pid);
  const map = readOwnFile(path);
  if (map === undefined) {
    console.error(`warning: V8 has left no "${path}"`);
    return;
  }
  // Beside it, and renamed: whoever reads it sees all of the one or of the other.
  const beside = `${path}.${process.pid}`;
  fs.writeFileSync(beside, repairPerfMap(map, positionsOf), { mode: 0o600, flag: "wx" });
  fs.renameSync(beside, path);
}

/** The content of a regular file of this user; /tmp is everybody's. */
function readOwnFile(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  } catch {
    return undefined;
  }
  try {
    const stats = fs.fstatSync(descriptor);
    const isOwn = stats.isFile() && (userId() === undefined || stats.uid === userId());
    return isOwn ? fs.readFileSync(descriptor, "utf8") : undefined;
  } finally {
    fs.closeSync(descriptor);
  }
}
