/*
 * Starts a script, or any command, whose processes all write V8's log, and watches the logs grow.
 */
import process from "node:process";

import { pathLauncher } from "../../recording/recorded_command.ts";
import { host } from "../../runtime/runtime.ts";
import { siblingModule } from "../../base/sibling_module.ts";
import { environmentFor, type Wish } from "../../activation/switches.ts";
import {
  type LogDirectory,
  makeLogDirectory,
  releaseLogDirectory,
} from "../../v8_log/log_directory.ts";
import { V8LogWatch, type WatchOptions } from "../logs/log_watch.ts";
import { logFlags, loggedEnvironment } from "./logged_program.ts";
import type { CommandLine } from "../command_line.ts";
import { nodeOptions } from "./runtime_shims.ts";
import { definedVariables, type ScriptCommand, startOfScript, toggleVariables } from "./script.ts";

/** Options of {@linkcode LoggedProgram}. */
export interface LoggedProgramOptions {
  /** The command line. */
  line: CommandLine;
  /** The script; `undefined` where `command` is run instead. */
  script: string | undefined;
  /** The switches' decision on the frames of withPerf(). */
  wish: Wish;
  /** Whether our module is loaded before the script, for the sampler, a scope or a signal. */
  isPreloaded: boolean;
  /** Whether V8 inlines no function of the program into another. @default {false} */
  inlinesNothing?: boolean;
  /** The recording that the logs belong to; `undefined` for a directory in /tmp. */
  recording?: string;
  /** Called with each new log. */
  onLog?: WatchOptions["onLog"];
  /** Whether the program may run for weeks. @default {false} */
  lasts?: boolean;
}

/** A program under V8's log. Disposing of it releases its directories (releaseLogDirectory). */
export class LoggedProgram implements ScriptCommand, Disposable {
  readonly command: string[];
  readonly env: Record<string, string>;
  readonly launcher: readonly string[];
  /** The directory of the logs. */
  readonly directory: LogDirectory;
  readonly #watchOptions: WatchOptions;
  #watch: V8LogWatch | undefined;

  /**
   * Makes the directory for the logs.
   *
   * @throws {PerfError} If the directory cannot be made.
   */
  constructor(
    { line, script, wish, isPreloaded, inlinesNothing, recording, onLog, lasts }:
      LoggedProgramOptions,
  ) {
    this.directory = makeLogDirectory({ recording });
    this.#watchOptions = { onLog, lasts };
    const wanted = { allLines: line.options.has("all-lines"), inlinesNothing };
    const { logFile } = this.directory;
    this.command = script === undefined ? [...line.command] : [
      ...startOfScript(line, script, {
        preload: isPreloaded ? siblingModule("../../sampler_preload", import.meta.url) : undefined,
        // Deno gets the flags by a variable, which its children inherit.
        engineFlags: host.name === "deno" ? [] : logFlags({ ...wanted, logFile }),
      }),
      ...line.scriptArgs,
    ];
    const env = definedVariables({
      ...process.env,
      ...environmentFor(wish),
      ...toggleVariables(line),
    });
    this.env = loggedEnvironment(this.directory, env, wanted);
    if (host.name === "node" && script !== undefined) {
      // The script's own process starts by Node's path, so no shim adds this option.
      this.env["NODE_OPTIONS"] = nodeOptions(this.env["NODE_OPTIONS"] ?? "", this.directory);
    }
    this.launcher = pathLauncher(this.env["PATH"] ?? "");
  }

  /** Begins to watch the logs. */
  readonly begin = (): void => {
    this.#watch = new V8LogWatch(this.directory.path, this.#watchOptions);
  };

  /** The watch over the logs; `undefined` before {@linkcode begin}. */
  get watch(): V8LogWatch | undefined {
    return this.#watch;
  }

  /** Bytes of the logs on disk. */
  get logBytes(): number {
    return (this.#watch?.logs ?? []).reduce((sum, { size, released }) => sum + size - released, 0);
  }

  /** Polls the logs a last time, and writes the clock file. */
  readonly finish = (): void => {
    this.#watch?.finish();
  };

  /** Ends the watch, and removes the directories that are no longer needed. */
  [Symbol.dispose](): void {
    this.finish();
    releaseLogDirectory(this.directory);
  }
}
