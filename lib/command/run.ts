import { currentPlatform, readVariable } from "../runtime.ts";
import { type Ending, runChild } from "./child.ts";
import { LiveMaps } from "./live_maps.ts";
import { limitLogs } from "./log_limit.ts";
import { LoggedProgram } from "./logged_script.ts";
import { programPath } from "./logged_program.ts";
import { logSource } from "./log_source.ts";
import { logObstacle } from "./log_obstacle.ts";
import { decideNaming, type Naming } from "./naming.ts";
import { type CommandLine, parseCommandLine, RUN_OPTIONS } from "./options.ts";
import { readText } from "./perf_tool.ts";
import {
  checkScript,
  plainCommand,
  requireScript,
  scriptCommand,
  warnOfMissingFlags,
} from "./script.ts";

/** The help of `run`. */
export const RUN_HELP = `Usage: run [options] script [args]
       run [options] -- COMMAND [args]

Runs a script, or any command and all that it starts, with every function named for
perf. Input, output, exit status and signals are the program's. V8's log names the
functions, and the perf map that perf looks for is kept current while the program
runs; with --engine trampolines every function is instrumented instead.

Options:
  -X perf              for perf report: V8 inlines nothing, since a perf map has one name for
                       a piece of code; frames by hand are on. -X perf=0 names nothing
  -X perf_jit          instrument every function, with a jitdump instead of a perf map
  --engine NAME        how functions get their names: auto; v8 by V8's log; trampolines in
                       all of them, made by wasm or native
  --all-lines          have Node compile all code at its first call, as Deno does under V8's
                       log, so that all of it has lines (Node 26)
  --inlining           with -X perf: let V8 inline functions all the same
  --toggle-signal NAME the signal that turns trampolines on and off, as SIGUSR2
  --runtime-args TEXT  flags for the runtime instead of -A, as "--allow-net --allow-ffi"
  --include PATTERNS   what trampolines instrument: src/**, *_api.ts, npm:acorn
  --exclude PATTERNS   what they do not, whatever --include says
  -v, --verbose        list the functions and files that are left as they are, and why
  -h, --help           this text
`;

/**
 * Runs a program with every function named for perf.
 *
 * @param args The words after `run`.
 * @returns How the program ended.
 * @throws {PerfError} With code `usage`, if the command line is wrong.
 * @throws {RangeError} If a switch is unknown.
 */
export async function run(args: readonly string[]): Promise<Ending> {
  const line = parseCommandLine(args, RUN_OPTIONS, { takesCommand: true });
  if (line.options.has("help")) {
    console.log(RUN_HELP.trimEnd());
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

/** How often it is looked whether the logs have grown too large, in milliseconds. */
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
    // A map has one name for a piece of code, so where one is asked for, each function has its own.
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
    // Deno looks for programs on its own PATH.
    return await runChild([programPath(name!, env), ...args], { env });
  } finally {
    clearInterval(timer);
    program.watch?.mark("end");
    maps.finish();
    program[Symbol.dispose]();
  }
}
