/*
 * How a program and all that it starts are told to write V8's log. Deno obeys DENO_V8_FLAGS. Node has
 * no such variable (NODE_OPTIONS refuses these flags), so a `node` of ours stands first on PATH.
 */
import * as fs from "node:fs";

import type { LogDirectory } from "../../v8_log/log_directory.ts";
import { installShims } from "./runtime_shims.ts";

/** Flags for V8 that make the log complete. Deno and Node from version 20 on have them all. */
export const LOG_FLAGS: readonly string[] = [
  // Every piece of machine code, with its address, size, time and tier.
  "--log-code",
  // For every piece of code the source positions and the inlined functions; the sources themselves.
  "--log-source-position",
  // The default, in case that the user's own flags say otherwise.
  "--logfile-per-isolate",
];

/** Gives each interpreted function a copy of the interpreter's entry, so that its frames have its name. */
const INTERPRETED_FLAG = "--interpreted-frames-native-stack";

/**
 * Has Sparkplug compile each function at its first call, so that its frames have its name and its
 * lines. In Deno that costs less than the flag above, for servers most of all, and both together cost
 * more than each alone (scripts/compare/bench_server.ts). In Node 20 to 24 the table of lines of Sparkplug's
 * code is empty. Functions that a code cache holds are not compiled; V8 takes none that was made under
 * another `--logfile`, and that has another path in every run (log_directory.ts).
 */
const SPARKPLUG_FLAG = "--always-sparkplug";

/** Has every function keep a frame of its own (v8/src/flags/flag-definitions.h). */
const NO_INLINING_FLAGS: readonly string[] = ["--no-turbo-inlining", "--no-maglev-inlining"];

/** Where V8's log goes, and what it shall have. */
export interface LogOptions extends Pick<LogDirectory, "logFile"> {
  /** The runtime that gets the flags. @default {"node"} */
  runtime?: "deno" | "node";
  /** Whether Node's functions have lines from their first call on, as Deno's have. @default {false} */
  allLines?: boolean;
  /** Whether V8 inlines no function of the program into another. @default {false} */
  inlinesNothing?: boolean;
}

/** Flags for V8 that have it write a log. */
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

/** Deno splits its value at commas (`DENO_V8_FLAGS`, deno/cli/lib/…/v8_flags). */
export const DENO_FLAGS_VARIABLE = "DENO_V8_FLAGS";

/**
 * The environment for a program whose processes all shall write V8's log; makes the programs that
 * it needs first on PATH.
 *
 * @param directory Where the logs go.
 * @param env The environment that the program would have had.
 * @param options What the log shall have.
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
    // Of several values V8 takes the last.
    [DENO_FLAGS_VARIABLE]: [...own.split(","), ...denos].filter(Boolean).join(),
    ...(names.length === 0 ? {} : { PATH: `${directory.bin}:${env["PATH"]}` }),
  };
}

/**
 * The file that a program's name stands for on a PATH. Deno looks a name up on its own PATH, not on
 * that of the environment it hands on, and would miss the programs that are first there.
 *
 * @param program A name, or a path, which stays as it is.
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
