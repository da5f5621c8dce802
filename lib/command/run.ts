import { readVariable } from "../runtime.ts";
import { decideSwitches } from "../switches.ts";
import { type Ending, runChild } from "./child.ts";
import { type CommandLine, lastValue, parseCommandLine, RUN_OPTIONS } from "./options.ts";
import { checkScript, scriptCommand, warnOfMissingFlags } from "./script.ts";
import { v8Command, wantsV8 } from "./v8_engine.ts";

/** The help of `run`. */
export const RUN_HELP = `Usage: run [options] script [args]

Runs a script with every function instrumented. Input, output, exit status and
signals are the script's. Trampolines are on if -X or the environment says so
(JS_PERF_SUPPORT=1), or once the script calls activateStackTrampoline().

Options:
  -X perf              turn trampolines on; -X perf=0 turns them off
  -X perf_jit          the same, with a jitdump instead of a perf map
  --engine NAME        who makes the trampolines: auto or native; or v8: none are made,
                       V8 itself writes the perf map, from start to end
  --no-inlining        with --engine v8: keep the frames of functions that V8 would inline
  --toggle-signal NAME the signal that turns trampolines on and off, as SIGUSR2
  --runtime-args TEXT  flags for the runtime instead of -A, as "--allow-net --allow-ffi"
  --include PATTERNS   what is instrumented: src/**, *_api.ts, npm:acorn, node_modules
  --exclude PATTERNS   what is not, whatever --include says
  -v, --verbose        list the functions and files that are left as they are, and why
  -h, --help           this text
`;

/**
 * Runs a script with every function instrumented.
 *
 * @param args The words after `run`.
 * @returns How the script ended.
 * @throws {PerfError} With code `usage`, if the command line is wrong.
 * @throws {RangeError} If a switch is unknown.
 */
export async function run(args: readonly string[]): Promise<Ending> {
  const line = parseCommandLine(args, RUN_OPTIONS);
  if (line.options.has("help")) {
    console.log(RUN_HELP.trimEnd());
    return { code: 0, signal: null };
  }
  const { script, scriptArgs, options } = line;
  if (wantsV8(line)) {
    checkScript(script);
    return await runWithV8(script, line);
  }
  const wish = decideSwitches(readVariable, {
    x: options.get("X"),
    engine: lastValue(line, "engine"),
  });
  checkScript(script);
  warnOfMissingFlags(line, wish);
  const { command, env } = scriptCommand({ script, scriptArgs, line, wish });
  return await runChild(command, { env });
}

async function runWithV8(script: string, line: CommandLine): Promise<Ending> {
  const { command, env, finish } = v8Command({ script, scriptArgs: line.scriptArgs, line });
  try {
    return await runChild(command, { env });
  } finally {
    finish?.();
  }
}
