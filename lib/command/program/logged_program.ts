/*
 * Makes the flags and the environment by which a program and its descendants write V8's log. Deno
 * reads DENO_V8_FLAGS. Node has no such variable (NODE_OPTIONS refuses these flags), so our `node`
 * stands first on PATH.
 */
import * as fs from "node:fs";

import type { LogDirectory } from "../../v8_log/log_directory.ts";
import { installShims } from "./runtime_shims.ts";

/** Flags for V8 that make the log complete. Deno and Node from version 20 on have them all. */
export const LOG_FLAGS: readonly string[] = [
  // Logs every piece of machine code, with its address, size, time and tier.
  "--log-code",
  // Logs the source positions and inlined functions of every piece of code, and the sources.
  "--log-source-position",
  // Logs each deoptimisation with its reason and place, one line of 150 bytes. A type checker writes
  // 300 of them beside 17 MB of code, and takes the same time.
  "--log-deopt",
  // This is the default, but the user's own flags may change it.
  "--logfile-per-isolate",
];

/** Gives each interpreted function its own copy of the interpreter's entry, and so its own name. */
const INTERPRETED_FLAG = "--interpreted-frames-native-stack";

/**
 * Has Sparkplug compile each function at its first call, so that its frames have its name and its
 * lines. In Deno this costs less than the flag above, for servers most of all, and both together
 * cost more than each alone (scripts/compare/bench_server.ts). In Node 20 to 24 the table of lines
 * of Sparkplug's code is empty. V8 does not compile functions from a code cache, but it accepts no
 * cache that was made under another `--logfile`. Each run has another path there
 * (log_directory.ts), so no cache is used.
 */
const SPARKPLUG_FLAG = "--always-sparkplug";

/**
 * Keeps V8 from inlining, so that every function has its own frame
 * (v8/src/flags/flag-definitions.h).
 */
const NO_INLINING_FLAGS: readonly string[] = ["--no-turbo-inlining", "--no-maglev-inlining"];

/** The path of V8's log, and its content. */
export interface LogOptions extends Pick<LogDirectory, "logFile"> {
  /** The runtime that gets the flags. @default {"node"} */
  runtime?: "deno" | "node";
  /**
   * Whether Node's functions have lines from their first call on, as Deno's do. @default {false}
   */
  allLines?: boolean;
  /** Whether V8 inlines no function of the program into another. @default {false} */
  inlinesNothing?: boolean;
}

/** Returns the flags by which V8 writes a log. */
export function logFlags(
  { logFile, runtime = "node", allLines, inlinesNothing }: LogOptions,
): string[] {
  return [
    ...LOG_FLAGS,
    ...(runtime === "node" ? [INTERPRETED_FLAG] : []),
    ...(runtime === "deno" || allLines ? [SPARKPLUG_FLAG] : []),
    ...(inlinesNothing ? NO_INLINING_FLAGS : []),
    `--logfile=${logFile}`,
  ];
}

/**
 * The variable of Deno's flags for V8. Deno splits its value at commas (deno/cli/lib/…/v8_flags).
 */
export const DENO_FLAGS_VARIABLE = "DENO_V8_FLAGS";

/**
 * Returns an environment in which all processes of a program write V8's log. Writes the shims that
 * are first on its PATH.
 *
 * @param directory The directory of the logs and the shims.
 * @param env The program's environment without V8's log.
 * @param options The content of the log.
 */
export function loggedEnvironment(
  directory: LogDirectory,
  env: Readonly<Record<string, string>>,
  options: Omit<LogOptions, "logFile"> = {},
): Record<string, string> {
  const { logFile } = directory;
  const flags = logFlags({ ...options, logFile });
  const denos = logFlags({ ...options, logFile, runtime: "deno" });
  const own = env[DENO_FLAGS_VARIABLE] ?? "";
  const names = installShims({ directory, flags, denoFlags: own, path: env["PATH"] ?? "" });
  return {
    ...env,
    // V8 takes the last value of a flag, so ours come last.
    [DENO_FLAGS_VARIABLE]: [...own.split(","), ...denos].filter(Boolean).join(),
    ...(names.length === 0 ? {} : { PATH: `${directory.bin}:${env["PATH"]}` }),
  };
}

/**
 * Finds the file of a program's name on a PATH. Deno looks a name up on its own PATH, not on the
 * PATH that it passes to the child, so it would miss our shims.
 *
 * @param program A name; a path is returned unchanged.
 * @param env The environment that the program gets.
 * @returns The name itself where PATH has no such program.
 */
export function programPath(program: string, env: Readonly<Record<string, string>>): string {
  if (program.includes("/")) return program;
  const paths = (env["PATH"] ?? "").split(":").map((directory) => `${directory || "."}/${program}`);
  return paths.find(isExecutable) ?? program;
}

function isExecutable(path: string): boolean {
  try {
    fs.accessSync(path, fs.constants.X_OK);
    return fs.statSync(path).isFile();
  } catch {
    return false;
  }
}
