import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";

import { PerfError } from "../../base/perf_error.ts";
import { CONTROL_VARIABLE, parseScope, type Scope, SCOPE_VARIABLE } from "../../sampler/scope.ts";
import { type CommandLine, lastValue, usageError } from "../command_line.ts";

/**
 * What of the program is to be recorded.
 *
 * @throws {RangeError} If the value of `--scope` is none.
 * @throws {PerfError} If the program could not say when it begins.
 */
export function scopeOf(line: CommandLine): Scope {
  const value = lastValue(line, "scope");
  const scope = parseScope(value ?? "all", "--scope");
  if (scope.kind === "all") return scope;
  if (!line.options.has("pid")) return scope;
  throw usageError(`Cannot use --scope ${value} with -p: it records from start to end`);
}

/** What it takes to record a part of a program. Disposing of it removes its files. */
export class ScopeControl implements Disposable {
  /** Variables for the program. */
  readonly variables: Readonly<Record<string, string>> = {};
  /** Arguments for `perf record`. */
  readonly recordArgs: readonly string[] = [];
  readonly #directory: string | undefined;

  /**
   * @param scope What is recorded.
   * @param isPerf Whether perf is to be told, by its FIFOs.
   * @throws {PerfError} If no FIFO can be made.
   */
  constructor(scope: Scope, isPerf: boolean) {
    if (scope.kind === "all") return;
    const value = scope.kind === "active" ? "active" : `measure:${scope.name}`;
    this.variables = { [SCOPE_VARIABLE]: value };
    if (!isPerf) return;
    // In /tmp, where the program may write if it may write a perf map.
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
    // Events are off until the program says otherwise.
    this.recordArgs = ["--delay=-1", `--control=fifo:${paths.join()}`];
  }

  /** Removes the FIFOs. */
  [Symbol.dispose](): void {
    if (this.#directory !== undefined) fs.rmSync(this.#directory, { recursive: true, force: true });
  }
}
