import { statSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { parseToggleSignal, TOGGLE_VARIABLE } from "../../instrument/toggle_signal.ts";
import { host, readVariable, type StartOptions, workingDirectory } from "../../runtime/runtime.ts";
import { siblingModule } from "../../base/sibling_module.ts";
import { environmentFor, type Wish } from "../../activation/switches.ts";
import { instrumentationVariables } from "./instrumentation.ts";
import { flagsWithLockCopy } from "./lock_copy.ts";
import { type CommandLine, lastValue, usageError } from "../command_line.ts";
import { readText } from "../../perf/perf_tool.ts";
import { roomyStackSize } from "./stack_size.ts";

/** A program, with the way to start it. */
export interface ScriptCommand {
  /** The runtime and its arguments. */
  command: string[];
  /** All environment variables. */
  env: Record<string, string>;
  /** Words in front of the command where perf starts it. @default {[]} */
  launcher?: readonly string[];
  /** The number of a process that runs already; the recording then lasts as long as the command. */
  pid?: number;
  /** Called before the recording begins. */
  begin?: () => void;
  /** Called when the recording has ended, before names are looked up. */
  finish?: () => void;
}

/**
 * Returns the command that runs a script with every function instrumented, in this runtime.
 *
 * @param line The command line; its script must have been checked.
 * @param wish The switches' decision.
 * @param counts Whether the script prints, at its end, how much could not be instrumented.
 * @throws {RangeError} If a pattern of modules to instrument is invalid.
 */
export function scriptCommand(
  { script, scriptArgs, line, wish, counts = false }: {
    script: string;
    scriptArgs: readonly string[];
    line: CommandLine;
    wish: Wish;
    counts?: boolean;
  },
): ScriptCommand {
  const started = startOfScript(line, script, {
    preload: siblingModule("../../preload", import.meta.url),
    stackSize: roomyStackSize(readText("/proc/self/limits") ?? ""),
  });
  const directory = workingDirectory();
  const variables = {
    ...process.env,
    ...environmentFor(wish),
    ...toggleVariables(line),
    ...instrumentationVariables(line, { read: readVariable, directory, counts }),
  };
  return {
    command: [...started, ...scriptArgs],
    env: definedVariables(variables),
  };
}

/**
 * Returns the command that runs a script, or a command, without naming its functions.
 *
 * @param preload A module to load in front of a script.
 * @param engineFlags Flags for V8 in front of a script.
 */
export function plainCommand(
  line: CommandLine,
  wish: Wish,
  { preload, engineFlags }: { preload?: string; engineFlags?: readonly string[] } = {},
): ScriptCommand {
  const { script, scriptArgs, command } = line;
  return {
    command: script === undefined
      ? command
      : [...startOfScript(line, script, { preload, engineFlags }), ...scriptArgs],
    env: definedVariables({ ...process.env, ...environmentFor(wish) }),
  };
}

/**
 * Returns the words that start a script in this runtime, up to the script.
 *
 * @param line The command line, which may have flags for the runtime.
 */
export function startOfScript(
  line: CommandLine,
  script: string,
  options: Omit<StartOptions, "flags">,
): string[] {
  const flags = flagsWithLockCopy({ flags: runtimeArgsOf(line), script, preload: options.preload });
  return [process.execPath, ...host.startArgs({ ...options, flags }), script];
}

/**
 * Refuses a command where only a script can be instrumented.
 *
 * @throws {PerfError} With code `usage`.
 */
export function requireScript({ command }: CommandLine, reason: string): void {
  if (command.length === 0) return;
  throw usageError(
    `Cannot instrument "${
      command.join(" ")
    }" (${reason}): must be a script, only V8's log names commands`,
  );
}

/**
 * Returns the variable that names the signal by which trampolines are turned on and off.
 *
 * @throws {RangeError} If the signal cannot be used for that.
 */
export function toggleVariables(line: CommandLine): Record<string, string> {
  const value = lastValue(line, "toggle-signal");
  const signal = parseToggleSignal(value ?? "", "--toggle-signal");
  return signal === undefined ? {} : { [TOGGLE_VARIABLE]: signal };
}

/** Leaves out variables that are not set. */
export function definedVariables(
  variables: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/**
 * Returns the flags that trampolines need and the runtime does not get. Without them trampolines
 * stay off.
 *
 * @param line The command line.
 */
export function missingFlags(line: CommandLine): string[] {
  return host.missingFlags(runtimeArgsOf(line));
}

/** Returns the flags for the runtime: the user's, or the usual ones. */
export function runtimeArgsOf(line: CommandLine): string[] {
  return lastValue(line, "runtime-args")?.split(/\s+/).filter(Boolean) ??
    [...host.usualFlags];
}

/** Warns where trampolines were asked for, but the runtime's flags keep them off. */
export function warnOfMissingFlags(line: CommandLine, { backend }: Wish): void {
  const missing = backend === undefined ? [] : missingFlags(line);
  if (missing.length === 0) return;
  console.error(`warning: trampolines stay off without ${missing.join(" ")} in --runtime-args`);
}

/**
 * Refuses a path that cannot be a script, before anything is started.
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
    isDirectory = statSync(path).isDirectory();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    throw usageError(`Cannot run script "${script}": there is no such file`);
  }
  if (isDirectory) {
    throw usageError(`Cannot run script "${script}": it is a directory, must be a file`);
  }
}
