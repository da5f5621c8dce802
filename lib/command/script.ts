import { fileURLToPath } from "node:url";

import { environmentFor, type Wish } from "../switches.ts";
import { type CommandLine, lastValue, usageError } from "./options.ts";
import { readText } from "./perf_tool.ts";
import { stackSizeFlags } from "./stack_size.ts";

/** A program, and how to start it. */
export interface ScriptCommand {
  /** The runtime and its arguments. */
  command: string[];
  /** All environment variables. */
  env: Record<string, string>;
}

/**
 * How to run a script with every function instrumented, in the runtime that runs this.
 *
 * @param line The command line; its script must have been checked.
 * @param wish What the switches decided.
 */
export function scriptCommand(
  { script, scriptArgs, line, wish }: {
    script: string;
    scriptArgs: readonly string[];
    line: CommandLine;
    wish: Wish;
  },
): ScriptCommand {
  const preload = import.meta.resolve("../instrument/preload.ts");
  const runtimeArgs = runtimeArgsOf(line);
  const variables = { ...Deno.env.toObject(), ...environmentFor(wish) };
  return {
    command: [
      Deno.execPath(),
      "run",
      ...runtimeArgs,
      ...stackSizeFlags(readText("/proc/self/limits") ?? "", runtimeArgs),
      `--preload=${preload}`,
      script,
      ...scriptArgs,
    ],
    env: Object.fromEntries(
      Object.entries(variables).filter((entry): entry is [string, string] =>
        entry[1] !== undefined
      ),
    ),
  };
}

/** What trampolines need, by the runtime's long and short flags. */
const NEEDED_FLAGS: Readonly<Record<string, RegExp>> = {
  "--allow-env": /^(--allow-env\b|-[a-zA-Z]*E)/,
  "--allow-ffi": /^--allow-ffi\b/,
  "--allow-read": /^(--allow-read\b|-[a-zA-Z]*R)/,
  "--allow-write=/tmp": /^(--allow-write\b|-[a-zA-Z]*W)/,
};

/**
 * Which of the flags that trampolines need are not among the runtime's flags;
 * without them trampolines stay off.
 *
 * @param line The command line.
 */
export function missingFlags(line: CommandLine): string[] {
  const flags = runtimeArgsOf(line);
  // A set of permissions in the configuration file may hold anything.
  if (flags.some((flag) => /^(-[a-zA-Z]*[AP]|--allow-all\b|--permission-set\b)/.test(flag))) {
    return [];
  }
  return Object.keys(NEEDED_FLAGS).filter((name) =>
    !flags.some((flag) => NEEDED_FLAGS[name]!.test(flag))
  );
}

function runtimeArgsOf(line: CommandLine): string[] {
  return lastValue(line, "runtime-args")?.split(/\s+/).filter(Boolean) ?? ["-A"];
}

/** Says so where the runtime's flags keep trampolines off that were asked for. */
export function warnOfMissingFlags(line: CommandLine, { backend }: Wish): void {
  const missing = backend === undefined ? [] : missingFlags(line);
  if (missing.length === 0) return;
  console.error(`warning: trampolines stay off without ${missing.join(" ")} in --runtime-args`);
}

/**
 * Refuses what cannot be a script, before anything is started.
 *
 * @param script Path or URL of the script; `-` is standard input.
 * @throws {PerfError} With code `usage`, if there is no such file, or it is a directory.
 */
export function checkScript(script: string | undefined): asserts script is string {
  if (script === undefined) {
    throw usageError("Cannot run: no script is named, must be the path or URL of one");
  }
  const path = script.startsWith("file:") ? fileURLToPath(script) : script;
  if (script === "-" || /^[a-z]+:/.test(path)) return;
  let isDirectory: boolean;
  try {
    ({ isDirectory } = Deno.statSync(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof Deno.errors.NotADirectory)) {
      throw error;
    }
    throw usageError(`Cannot run script "${script}": there is no such file`);
  }
  if (isDirectory) {
    throw usageError(`Cannot run script "${script}": it is a directory, must be a file`);
  }
}
