/*
 * Makes the flags and the environment by which a program and its descendants write V8's log. Deno
 * reads DENO_V8_FLAGS. Node has no such variable (NODE_OPTIONS refuses these flags), so our `node`
 * stands first on PATH.
 */
import * as fs from "node:fs";
import process from "node:process";

import type { LogDirectory } from "../../v8_log/log_directory.ts";
import { host } from "../../runtime/runtime.ts";
import { installShims } from "./runtime_shims.ts";

/** Flags for V8 that make the log complete. Deno and Node from version 20 on have them all. */
export const LOG_FLAGS: readonly string[] = [
  // Logs every piece of machine code, with its address, size, time and tier.
  "--log-code",
  // Logs the source positions and inlined functions of every piece of code, and the sources.
  "--log-source-position",
  // This is the default, but the user's own flags may change it.
  "--logfile-per-isolate",
];

/**
 * Logs each deoptimisation with its reason and place, one line of 150 bytes: 300 lines beside 17 MB
 * of code for TypeScript's compiler, which takes the same time.
 */
export const DEOPT_FLAG = "--log-deopt";

/**
 * Whether V8 only logs deoptimisations under {@linkcode DEOPT_FLAG}. Older versions print them on the
 * program's standard output too (v8/src/deoptimizer/deoptimizer.cc): V8 13.6 of Node 24 does, 14.6 of
 * Node 26 and 15.0 of Deno 2.9 do not. Both print into a file under `--redirect-code-traces-to`, but
 * V8 aborts where that cannot be opened.
 *
 * @param version V8's version, such as `14.6.202.34-node.34`.
 */
export function logsDeoptsSilently(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 14 || major === 14 && minor >= 6;
}

/** Gives each interpreted function its own copy of the interpreter's entry, and so its own name. */
const INTERPRETED_FLAG = "--interpreted-frames-native-stack";

/**
 * Has Sparkplug compile each function at its first call, so that its frames have its name and its
 * lines. In Deno this costs less than the flag above, for servers most of all, and both together
 * cost more than each alone (scripts/compare/bench_server.ts). In Node 20 to 24 the table of lines
 * of Sparkplug's code is empty, so Node gets this flag only with `--all-lines`. Functions from a code
 * cache would not be compiled so. V8 refuses a cache that was made under another `--logfile`, and each
 * run has a path of its own there (log_directory.ts), so there are none.
 */
const SPARKPLUG_FLAG = "--always-sparkplug";

/**
 * Keeps V8 from inlining, so that every function has its own frame
 * (v8/src/flags/flag-definitions.h).
 */
export const NO_INLINING_FLAGS: readonly string[] = ["--no-turbo-inlining", "--no-maglev-inlining"];

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
  /**
   * Whether V8 logs deoptimisations. @default {where the runtime is this one, and logs them silently}
   */
  logsDeopts?: boolean;
}

/** Returns the flags by which V8 writes a log. */
export function logFlags(
  {
    logFile,
    runtime = "node",
    allLines,
    inlinesNothing,
    logsDeopts = runtime === host.name && logsDeoptsSilently(process.versions.v8),
  }: LogOptions,
): string[] {
  return [
    ...LOG_FLAGS,
    ...(logsDeopts ? [DEOPT_FLAG] : []),
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
  // A shim finds out the version of its Node, and adds DEOPT_FLAG itself.
  const flags = logFlags({ ...options, logFile, logsDeopts: false });
  const denos = logFlags({ ...options, logFile, runtime: "deno" });
  const own = env[DENO_FLAGS_VARIABLE] ?? "";
  const names = installShims({
    directory,
    flags,
    newFlags: [DEOPT_FLAG],
    denoFlags: own,
    path: env["PATH"] ?? "",
  });
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
