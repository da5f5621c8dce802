import { statSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { parseToggleSignal, TOGGLE_VARIABLE } from "../../instrument/toggle_signal.ts";
import { host, readVariable, workingDirectory } from "../../runtime/runtime.ts";
import { siblingModule } from "../../base/sibling_module.ts";
import { environmentFor, type Wish } from "../../activation/switches.ts";
import { instrumentationVariables } from "./instrumentation.ts";
import { type CommandLine, lastValue, usageError } from "../command_line.ts";
import { readText } from "../../perf/perf_tool.ts";
import { roomyStackSize } from "./stack_size.ts";

/** A program, and how to start it. */
export interface ScriptCommand {
  /** The runtime and its arguments. */
  command: string[];
  /** All environment variables. */
  env: Record<string, string>;
  /** Words in front of the command where perf starts it. @default {[]} */
  launcher?: readonly string[];
  /** Its number, where it runs already; the command then only says when the recording ends. */
  pid?: number;
  /** What is to be done before the recording begins. */
  begin?: () => void;
  /** What is to be done when it has ended, before anybody asks for names. */
  finish?: () => void;
}

/**
 * How to run a script with every function instrumented, in the runtime that runs this.
 *
 * @param line The command line; its script must have been checked.
 * @param wish What the switches decided.
 * @param counts Whether the script says at its end how much could not be instrumented.
 * @throws {RangeError} If a pattern of what to instrument is none.
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
  const startArgs = host.startArgs({
    flags: runtimeArgsOf(line),
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
    command: [process.execPath, ...startArgs, script, ...scriptArgs],
    env: definedVariables(variables),
  };
}

/**
 * How to run a script, or a command, of which nothing is named.
 *
 * @param preload A module to load in front of a script.
 */
export function plainCommand(
  line: CommandLine,
  wish: Wish,
  { preload }: { preload?: string } = {},
): ScriptCommand {
  const { script, scriptArgs, command } = line;
  const startArgs = host.startArgs({ flags: runtimeArgsOf(line), preload });
  return {
    command: script === undefined
      ? command
      : [process.execPath, ...startArgs, script, ...scriptArgs],
    env: definedVariables({ ...process.env, ...environmentFor(wish) }),
  };
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
 * The variable that tells a program which signal turns trampolines on and off.
 *
 * @throws {RangeError} If the signal is none that can.
 */
export function toggleVariables(line: CommandLine): Record<string, string> {
  const value = lastValue(line, "toggle-signal");
  const signal = parseToggleSignal(value ?? "", "--toggle-signal");
  return signal === undefined ? {} : { [TOGGLE_VARIABLE]: signal };
}

/** Variables that are set. */
export function definedVariables(
  variables: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/**
 * Which of the flags that trampolines need are not among the runtime's flags;
 * without them trampolines stay off.
 *
 * @param line The command line.
 */
export function missingFlags(line: CommandLine): string[] {
  return host.missingFlags(runtimeArgsOf(line));
}

/** The runtime's flags that the user wants. */
export function runtimeArgsOf(line: CommandLine): string[] {
  return lastValue(line, "runtime-args")?.split(/\s+/).filter(Boolean) ??
    [...host.usualFlags];
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
