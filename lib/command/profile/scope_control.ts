import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";

import { PerfError } from "../../base/perf_error.ts";
import { parseScope, type Scope } from "../../sampler/followed_scope.ts";
import { CONTROL_VARIABLE, SCOPE_VARIABLE } from "../../sampler/scope.ts";
import { type CommandLine, lastValue, usageError } from "../command_line.ts";

/**
 * Reads the part of the program that is to be recorded.
 *
 * @throws {RangeError} If the value of `--scope` is invalid.
 * @throws {PerfError} With code `usage`, if the program runs already, and so cannot control perf.
 */
export function scopeOf(line: CommandLine): Scope {
  const value = lastValue(line, "scope");
  const scope = parseScope(value ?? "all", "--scope");
  if (scope.kind === "all") return scope;
  if (!line.options.has("pid")) return scope;
  throw usageError(`Cannot use --scope ${value} with -p: it records from start to end`);
}

/**
 * Variables, arguments and FIFOs to record a part of a program. Disposing of it removes the FIFOs.
 */
export class ScopeControl implements Disposable {
  /** Variables for the program. */
  readonly variables: Readonly<Record<string, string>> = {};
  /** Arguments for `perf record`. */
  readonly recordArgs: readonly string[] = [];
  readonly #directory: string | undefined;

  /**
   * @param scope The part of the program.
   * @param isPerf Whether perf records, which the program controls by FIFOs.
   * @throws {PerfError} If no FIFO can be made.
   */
  constructor(scope: Scope, isPerf: boolean) {
    if (scope.kind === "all") return;
    const value = scope.kind === "active" ? "active" : `measure:${scope.name}`;
    this.variables = { [SCOPE_VARIABLE]: value };
    if (!isPerf) return;
    // A program that may write a perf map may write in /tmp.
    this.#directory = fs.mkdtempSync(`${fs.existsSync("/tmp") ? "/tmp" : tmpdir()}/xperf-control-`);
    const paths = ["commands", "answers"].map((name) => `${this.#directory}/${name}`);
    const { status, stderr } = spawnSync("mkfifo", ["-m", "600", ...paths], { encoding: "utf8" });
    if (status !== 0) {
      this[Symbol.dispose]();
      throw new PerfError(`Cannot record only ${value}: no FIFO could be made (${stderr ?? ""})`, {
        code: "file",
        hint: "apt-get install coreutils",
      });
    }
    this.variables = { ...this.variables, [CONTROL_VARIABLE]: paths.join() };
    // Events are off until the program turns them on.
    this.recordArgs = ["--delay=-1", `--control=fifo:${paths.join()}`];
  }

  /** Removes the FIFOs. */
  [Symbol.dispose](): void {
    if (this.#directory !== undefined) fs.rmSync(this.#directory, { recursive: true, force: true });
  }
}
