import { currentPlatform, readVariable } from "../../runtime/runtime.ts";
import { type Ending, runChild } from "../program/child.ts";
import { LiveMaps } from "./live_maps.ts";
import { limitLogs } from "../logs/log_limit.ts";
import { LoggedProgram } from "../program/logged_script.ts";
import { programPath } from "../program/logged_program.ts";
import { logSource } from "./log_source.ts";
import { logObstacle } from "../logs/log_obstacle.ts";
import { decideNaming, type Naming } from "../program/naming.ts";
import { type CommandLine, parseCommandLine } from "../command_line.ts";
import { commandHelp } from "../help.ts";
import { parseOptionsOf } from "../options.ts";
import { runSampled, samplingOf } from "../push/sampled_run.ts";
import { readText } from "../../perf/perf_tool.ts";
import {
  checkScript,
  plainCommand,
  requireScript,
  scriptCommand,
  warnOfMissingFlags,
} from "../program/script.ts";

/** The help of `run`. */
export const RUN_HELP: string = commandHelp("run", {
  usage: [
    "run [options] script [args]",
    "run [options] -- COMMAND [args]",
  ],
  about: [
    "Runs a script, or any command with all programs that it starts, and names every " +
    "function for perf. Input, output, exit status and signals are the program's. The " +
    "names come from V8's log, and the perf map is kept current while the program runs. " +
    "With --engine trampolines every function is instrumented instead. With --push the " +
    "program is sampled as long as it runs, and the samples are sent to an engine that " +
    "collects profiles.",
  ],
});

/**
 * Runs a program with every function named for perf.
 *
 * @param args The words after `run`.
 * @returns The program's ending.
 * @throws {PerfError} With code `usage`, if the command line is wrong.
 * @throws {RangeError} If a switch is unknown.
 */
export async function run(args: readonly string[]): Promise<Ending> {
  const line = parseCommandLine(args, parseOptionsOf("run"), { takesCommand: true });
  if (line.options.has("help")) {
    console.log(RUN_HELP);
    return { code: 0, signal: null };
  }
  const { runtime } = currentPlatform();
  const naming = decideNaming(line, {
    read: readVariable,
    runtime,
    logObstacle: logObstacle(readText("/proc/self/limits") ?? ""),
    isOnByDefault: false,
  });
  const { script, scriptArgs } = line;
  if (line.command.length === 0) checkScript(script);
  const sampling = samplingOf(line);
  if (sampling !== undefined) {
    const pushed = await runSampled(line, { naming, sampling });
    if (pushed !== undefined) return pushed;
  }
  if (naming.kind === "v8") return await runLogged(line, naming);
  if (naming.kind === "none") {
    const { command, env } = plainCommand(line, naming.wish);
    return await runChild(command, { env });
  }
  requireScript(line, naming.reason);
  warnOfMissingFlags(line, naming.wish);
  const { command, env } = scriptCommand({ script: script!, scriptArgs, line, wish: naming.wish });
  return await runChild(command, { env });
}

/** The time between two checks that the logs have not grown too large, in milliseconds. */
const LIMIT_INTERVAL = 10_000;

async function runLogged(line: CommandLine, { wish }: Naming): Promise<Ending> {
  const warn = (message: string) => console.error(`warning: ${message}`);
  const maps = new LiveMaps({ onProblem: ({ message }) => warn(message) });
  const isPreloaded = line.options.has("toggle-signal");
  const program = new LoggedProgram({
    line,
    script: line.script,
    wish,
    isPreloaded,
    // A map has one name for a piece of code, so with -X no function is inlined into another.
    inlinesNothing: line.options.has("X") && !line.options.has("inlining"),
    onLog: ({ path, pid }) => maps.follow(pid, logSource(path)),
  });
  let isLimited = true;
  const timer = setInterval(() => {
    const obstacle = isLimited ? limitLogs(program.watch!) : undefined;
    if (obstacle === undefined) return;
    isLimited = false;
    warn(obstacle);
  }, LIMIT_INTERVAL);
  try {
    program.begin();
    program.watch!.mark("start");
    const { command: [name, ...args], env } = program;
    // Deno looks programs up on its own PATH, not on the child's.
    return await runChild([programPath(name!, env), ...args], { env });
  } finally {
    clearInterval(timer);
    program.watch?.mark("end");
    maps.finish();
    program[Symbol.dispose]();
  }
}
