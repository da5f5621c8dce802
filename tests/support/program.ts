import { fileURLToPath } from "node:url";

import { type PerfMapEntry, readPerfMap } from "./perf_map_reader.ts";

const configuration = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** Options of {@linkcode runProgram}. */
export interface ProgramOptions {
  /** Arguments of `deno run`, permissions above all. @default {["--allow-all"]} */
  flags?: readonly string[];
  /** Arguments of the program. @default {[]} */
  args?: readonly string[];
  /** The configuration file that resolves `@x/perf`. @default this repository's */
  configuration?: string;
  /** Variables to set. @default {{}} */
  env?: Readonly<Record<string, string>>;
  /**
   * Shell commands for the process to run before it becomes the program; `$MAP` is its perf map,
   * `$DUMP` its jitdump.
   */
  before?: string;
  /**
   * Whether the program starts without a shell before it, and tells its pid itself. perf keeps the
   * mappings that a process had before exec, and looks for the C library's unwind information at
   * the lower of two addresses. @default false
   */
  direct?: boolean;
  /** Words in front of the process's command, such as `perf record ... --`. @default {[]} */
  under?: readonly string[];
}

/** A program that has run. Disposing of it removes the files that it and its processes left. */
export class Program implements AsyncDisposable {
  readonly directory: string;
  readonly pid: number;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly #pids: number[];

  constructor(
    directory: string,
    pid: number,
    output: { code: number; stdout: Uint8Array; stderr: Uint8Array },
  ) {
    this.directory = directory;
    this.pid = pid;
    this.code = output.code;
    this.stdout = new TextDecoder().decode(output.stdout);
    this.stderr = new TextDecoder().decode(output.stderr);
    this.#pids = [pid];
  }

  /** Where the source stands. */
  get file(): string {
    return `${this.directory}/program.ts`;
  }

  /** Where the perf map is, or would be. */
  get mapPath(): string {
    return mapPath(this.pid);
  }

  /** Where the jitdump is, or would be. */
  get dumpPath(): string {
    return `/tmp/jit-${this.pid}.dump`;
  }

  /** The files that `perf inject` made of the jitdump. */
  injectedFiles(): string[] {
    const names = [...Deno.readDirSync("/tmp")].map(({ name }) => name);
    return names.filter((name) => name.startsWith(`jitted-${this.pid}-`))
      .map((name) => `/tmp/${name}`);
  }

  /**
   * The perf map, of a child of the program where its pid is given; `undefined` where there is
   * none.
   */
  async map(pid = this.pid): Promise<PerfMapEntry[] | undefined> {
    if (!this.#pids.includes(pid)) this.#pids.push(pid);
    try {
      return readPerfMap(await Deno.readFile(mapPath(pid)));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** The names in the map, the source's path shortened to `program.ts`. */
  async symbols(pid = this.pid): Promise<string[]> {
    const map = await this.map(pid) ?? [];
    return map.map(({ name }) => name.replace(this.file, "program.ts"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const paths = [this.directory, ...this.#pids.map(mapPath), this.dumpPath];
    for (const path of [...paths, ...this.injectedFiles()]) {
      await Deno.remove(path, { recursive: true }).catch(ignoreNotFound);
    }
  }
}

/** Runs TypeScript source in a process of its own, with `@x/perf` to import. */
export async function runProgram(source: string, options: ProgramOptions = {}): Promise<Program> {
  const { flags = ["--allow-all"], args = [], env = {}, before = "", under = [], direct } = options;
  const directory = await Deno.makeTempDir({ prefix: "xperf-program-" });
  const file = `${directory}/program.ts`;
  const tellPid = direct ? "Deno.writeTextFileSync('pid', String(Deno.pid)); " : "";
  await Deno.writeTextFile(file, tellPid + source.replace(/^\n/, ""));
  const config = options.configuration ?? configuration;
  const deno = [Deno.execPath(), "run", "--no-lock", `--config=${config}`];
  // After `exec` the process is the program, under the same pid. An earlier process of that can
  // have been killed before it removed its files.
  const become = `echo $$ > pid; MAP=/tmp/perf-$$.map DUMP=/tmp/jit-$$.dump; rm -rf "$MAP" "$DUMP"
${before}
exec "$@"`;
  const shell = direct ? [] : ["sh", "-c", become, "sh"];
  const [command, ...rest] = [...under, ...shell, ...deno, ...flags, file, ...args];
  const output = await new Deno.Command(command!, {
    args: rest,
    cwd: directory,
    clearEnv: true,
    env: { ...inheritedEnvironment(), ...env },
    stdin: "null",
  }).output();
  const pid = Number(await Deno.readTextFile(`${directory}/pid`));
  return new Program(directory, pid, output);
}

/** This process's variables without those that the programs under test obey. */
function inheritedEnvironment(): Record<string, string> {
  const variables = Object.entries(Deno.env.toObject());
  return Object.fromEntries([
    ...variables.filter(([name]) => !/^(JS_PERF|DENO_COVERAGE|DENO_UNSTABLE)/.test(name)),
    ["NO_COLOR", "1"],
  ]);
}

function mapPath(pid: number): string {
  return `/tmp/perf-${pid}.map`;
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
