import { fileURLToPath } from "node:url";

import { environmentFor, type Wish } from "../switches.ts";
import { type CommandLine, lastValue, usageError } from "./options.ts";

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
  const runtimeArgs = lastValue(line, "runtime-args")?.split(/\s+/).filter(Boolean) ?? ["-A"];
  const variables = { ...Deno.env.toObject(), ...environmentFor(wish) };
  return {
    command: [
      Deno.execPath(),
      "run",
      ...runtimeArgs,
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
