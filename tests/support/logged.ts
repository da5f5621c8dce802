import { loggedEnvironment } from "../../lib/command/program/logged_program.ts";
import { V8LogWatch, type WatchOptions } from "../../lib/command/logs/log_watch.ts";
import { CLOCK_FILE, type ClockFile, parseClockFile } from "../../lib/v8_log/clock_file.ts";
import { listLogs, type LogDirectory, makeLogDirectory } from "../../lib/v8_log/log_directory.ts";

/** The exit status and the output of a program. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Options of {@linkcode LoggedPrograms.run}. */
export interface LoggedOptions {
  /** Whether V8 logs; otherwise the program runs plainly. @default {true} */
  logged?: boolean;
  /** Variables to set. */
  env?: Record<string, string>;
}

/** A directory for programs, and one for V8's logs of them. Disposing of it removes both. */
export class LoggedPrograms implements Disposable {
  /** Where the programs are, and run. */
  readonly path = Deno.makeTempDirSync({ prefix: "xperf-test-" });
  /** Where the logs go. */
  readonly directory: LogDirectory;

  /** @param files The programs' files, by name. */
  constructor(files: Readonly<Record<string, string>> = {}) {
    this.directory = makeLogDirectory({ temporary: this.path });
    for (const [name, text] of Object.entries(files)) {
      Deno.writeTextFileSync(`${this.path}/${name}`, text);
      if (text.startsWith("#!")) Deno.chmodSync(`${this.path}/${name}`, 0o755);
    }
  }

  /** The environment of the programs. */
  environment({ logged = true, env = {} }: LoggedOptions = {}): Record<string, string> {
    const inherited = Object.entries(Deno.env.toObject()).filter(([name]) =>
      !/^JS_PERF|^DENO_V8_FLAGS$|^npm_/.test(name)
    );
    const all = { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env };
    return logged ? loggedEnvironment(this.directory, all) : all;
  }

  /** Starts a program. */
  start([program, ...args]: readonly string[], options?: LoggedOptions): Deno.ChildProcess {
    const child = new Deno.Command("env", {
      // By env, which finds it on the PATH of its own environment.
      args: [program!, ...args],
      env: this.environment(options),
      clearEnv: true,
      cwd: this.path,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    return child.spawn();
  }

  /** Runs a program to its end. */
  async run(command: readonly string[], options?: LoggedOptions): Promise<Outcome> {
    const { code, stdout, stderr } = await this.start(command, options).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  /** Watches the logs from now on. */
  watch(options?: WatchOptions): V8LogWatch {
    return new V8LogWatch(this.directory.path, options);
  }

  /** The clock file, once a watch has written it. */
  get clock(): ClockFile | undefined {
    try {
      return parseClockFile(Deno.readTextFileSync(`${this.directory.path}/${CLOCK_FILE}`));
    } catch {
      return undefined;
    }
  }

  /** The number of logs of each process, the largest first. */
  get logCounts(): number[] {
    const counts = new Map<number, number>();
    for (const { pid } of listLogs(this.directory.path)) {
      counts.set(pid, (counts.get(pid) ?? 0) + 1);
    }
    return [...counts.values()].sort((a, b) => b - a);
  }

  /** Removes the logs. */
  clear(): void {
    for (const { path } of listLogs(this.directory.path)) Deno.removeSync(path);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
