import { fileURLToPath } from "node:url";

import { removeMapsOf } from "./own_maps.ts";

const cli = fileURLToPath(import.meta.resolve("../../lib/command/cli.ts"));

/** The ending and the output of the command. */
export interface CommandResult {
  code: number;
  signal: Deno.Signal | null;
  stdout: string;
  stderr: string;
}

/** Options of {@linkcode startCommand}. */
export interface CommandOptions {
  /** Variables to set; an inherited switch never counts. */
  env?: Record<string, string>;
  /** The directory in which it runs. */
  cwd?: string;
  /** A program with its arguments that runs the command. @default {[]} */
  under?: readonly string[];
}

/**
 * Has `profile` and `report` print perf's tree, which tests read, where they say no other format: of
 * two the last counts.
 */
function withPerfText([command, ...rest]: readonly string[]): string[] {
  if (command === undefined) return [];
  return ["profile", "report"].includes(command) && !rest.includes("--top")
    ? [command, "--format", "perf", ...rest]
    : [command, ...rest];
}

/** Starts the command in a process of its own. */
export function startCommand(
  args: readonly string[],
  { env = {}, cwd, under = [] }: CommandOptions = {},
): Deno.ChildProcess {
  const [program, ...rest] = [...under, Deno.execPath(), "run", "--no-lock", "-A", cli]
    .concat(withPerfText(args));
  return new Deno.Command(program!, {
    args: rest,
    env: {
      JS_PERF_SUPPORT: "",
      JS_PERF_JIT_SUPPORT: "",
      JS_PERF_ENGINE: "",
      NO_COLOR: "1",
      ...env,
    },
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Waits for the command's end. */
export async function endOf(child: Deno.ChildProcess): Promise<CommandResult> {
  const { code, signal, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, signal, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs the command to its end. */
export function runCommand(
  args: readonly string[],
  options?: CommandOptions,
): Promise<CommandResult> {
  return endOf(startCommand(args, options));
}

/**
 * A directory with files in it, removed when disposed, with the perf maps of its programs.
 */
export class Workplace implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync({ prefix: "xperf-command-" });
  readonly #made = Date.now();

  /** Writes a file and returns its path. */
  write(name: string, text: string, mode = 0o644): string {
    const path = `${this.path}/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(path, text);
    Deno.chmodSync(path, mode);
    return path;
  }

  /** Whether there is such a file. */
  has(name: string): boolean {
    try {
      Deno.lstatSync(`${this.path}/${name}`);
      return true;
    } catch {
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Scripts of these tests leave their pids, since a map need not name the directory.
    for await (const { name } of Deno.readDir(this.path)) {
      const pid = /^(\d+)\.pid$/.exec(name)?.[1];
      if (pid !== undefined) await Deno.remove(`/tmp/perf-${pid}.map`).catch(() => {});
    }
    await removeMapsOf(this.path, this.#made);
    await Deno.remove(this.path, { recursive: true });
  }
}

/** The first line of a test's script: it leaves its pid beside it. */
export const LEAVE_PID = "Deno.writeTextFileSync(`${import.meta.dirname}/${Deno.pid}.pid`, '');\n";
