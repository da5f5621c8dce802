/*
 * Has perf sample a program that runs. perf attaches to it, so that the program is this command's own
 * child: it gets its signals and its exit status, and goes on where perf fails. perf must attach while
 * the program has one thread, from which all others then inherit. perf 6.12 polls without a pause once
 * a thread has ended that it attached to itself, and takes a processor for good. So a perf that is
 * started again attaches to the main thread only, which ends last.
 */
import * as fs from "node:fs";
import process from "node:process";

import { PerfError } from "../../base/perf_error.ts";
import { perfRecordArgs } from "../../perf/perf_record_args.ts";
import { readText, type Trial } from "../../perf/perf_tool.ts";
import type { ProfileWindow } from "../../push/profile_window.ts";
import type { Recording } from "../../recording/recording.ts";
import { SymbolCache } from "../../recording/perf_data/symbol_cache.ts";
import { type Ending, runChild } from "../program/child.ts";
import { definedVariables } from "../program/script.ts";
import { Progress } from "../progress.ts";
import { type ReadOptions, readRecordings } from "../report/recorded.ts";
import { readSlices } from "../slices/read_slices.ts";
import { makeSliceDirectory, Slices } from "../slices/slices.ts";
import type { ConsumedLogs } from "./consumed_logs.ts";
import { endingWords } from "./ending_words.ts";
import type { WindowSource } from "./window_source.ts";

/** Finished slices that perf keeps at most, where nothing reads them any more. */
const MOST_SLICES = 20;

/** Milliseconds between two looks for a finished slice. */
const SLICE_LOOK = 250;

/** Milliseconds for which a program may outlive perf without a word. */
const END_PAUSE = 1_000;

/** Milliseconds that perf has to attach itself to the program, and between two looks. */
const ATTACHING = 3_000;
const ATTACHING_LOOK = 5;

/** Milliseconds that perf has to write its last slice. */
const LAST_SLICE = 1_500;

/**
 * Milliseconds before perf is started again, for the first time and at most. A perf that has recorded
 * for longer than that is not one that fails again and again.
 */
const FIRST_RESTART = 1_000;
const LAST_RESTART = 300_000;

/** Options of {@linkcode PerfSource}. */
export interface PerfSourceOptions {
  /** The program's words. */
  command: readonly string[];
  /** The trial recording's result. */
  trial: Trial;
  /** Samples per second of processor time. */
  frequency: number;
  /** Seconds of a window. */
  window: number;
  /** The program's logs. */
  logs: ConsumedLogs;
  /** Whether windows are recorded, and not only what is asked for. */
  hasWindows: boolean;
  /** Is told what goes wrong. */
  onProblem: (message: string) => void;
}

/** perf's samples of a program. */
export class PerfSource implements WindowSource {
  readonly #options: PerfSourceOptions;
  readonly #directory = makeSliceDirectory("push");
  readonly #symbols = new SymbolCache({ waits: true });
  #pid: number | undefined;
  #perf: number | undefined;
  #hasEnded = false;
  /** Whether perf has ended. */
  #hasFailed = false;
  readonly #hasWindows: boolean;
  #windows: Promise<void> = Promise.resolve();
  #stopPause: (() => void) | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** When the last window ended, in milliseconds since 1970. */
  #from = Date.now();

  constructor(options: PerfSourceOptions) {
    this.#options = options;
    this.#hasWindows = options.hasWindows;
  }

  /** @inheritdoc */
  begin(pid: number, onWindow: (window: ProfileWindow) => void): void {
    this.#pid = pid;
    this.#from = Date.now();
    if (!this.#hasWindows) return;
    this.#windows = this.#recordWindows(pid, onWindow);
    void this.#resume(pid);
  }

  /** The command, behind words that stop it before its first instruction. */
  launch(command: readonly string[]): readonly string[] {
    // A program that is not found gets this command's own message.
    if (!this.#hasWindows || !command[0]!.includes("/")) return command;
    return ["/bin/sh", "-c", 'kill -STOP $$; exec "$0" "$@"', ...command];
  }

  /** Lets the program go when perf has attached itself, or can not. */
  async #resume(pid: number): Promise<void> {
    const limit = performance.now() + ATTACHING;
    while (performance.now() < limit) {
      const isStopped = /^State:\s*T/m.test(readText(`/proc/${pid}/status`) ?? "");
      if (isStopped && (this.#hasFailed || this.#isAttached)) break;
      await pauseOf(ATTACHING_LOOK);
    }
    try {
      process.kill(pid, "SIGCONT");
    } catch {
      // It has ended.
    }
  }

  /** @inheritdoc */
  async record(seconds: number): Promise<Recording | undefined> {
    const path = `${this.#directory}/once.data`;
    const command = ["sleep", String(seconds)];
    try {
      const { code } = await this.#runPerf([], { output: path, command });
      if (code !== 0) throw this.#failure({ isMain: false });
      const [recording] = await this.#options.logs.use(() =>
        readRecordings(path, new Progress({ isQuiet: true }), this.#readOptions)
      );
      return recording && this.#named(recording);
    } finally {
      fs.rmSync(path, { force: true });
    }
  }

  /** @inheritdoc */
  async end(): Promise<void> {
    this.#hasEnded = true;
    clearInterval(this.#timer);
    this.#stopPause?.();
    signal(this.#perf, "SIGINT");
    await Promise.race([this.#windows, pauseOf(LAST_SLICE)]);
    fs.rmSync(this.#directory, { recursive: true, force: true });
  }

  /** perf does not know the command of a program that it has attached to. */
  #named(recording: Recording): Recording {
    return { ...recording, command: this.#options.command };
  }

  get #readOptions(): ReadOptions {
    const { followed, directory } = this.#options.logs;
    return { followed, symbols: this.#symbols, logs: directory };
  }

  /** Records windows; where perf ends before the program, it is started again. */
  async #recordWindows(pid: number, onWindow: (window: ProfileWindow) => void): Promise<void> {
    const { window, onProblem } = this.#options;
    this.#timer = setInterval(
      () => this.#isAttached && signal(this.#perf, "SIGUSR2"),
      1000 * window,
    );
    for (let pause = FIRST_RESTART;; pause = Math.min(2 * pause, LAST_RESTART)) {
      const start = performance.now();
      await this.#recordByOnePerf(onWindow);
      this.#hasFailed = true;
      // perf ends with the program, and may be a moment earlier; so it is where a terminal's Ctrl-C
      // ends both.
      await this.#pause(END_PAUSE);
      if (this.#hasEnded || !fs.existsSync(`/proc/${pid}`)) return;
      onProblem(
        `${this.#failure({ isMain: true }).message}; it is started again, and then samples ` +
          "the main thread and threads that start later",
      );
      if (performance.now() - start > LAST_RESTART) pause = FIRST_RESTART;
      await this.#pause(pause);
      if (this.#hasEnded) return;
      this.#from = Date.now();
    }
  }

  async #recordByOnePerf(onWindow: (window: ProfileWindow) => void): Promise<void> {
    const { logs, onProblem } = this.#options;
    const slices = new Slices(this.#directory, SLICE_LOOK);
    // perf's own timer stops for good where it goes off before perf is ready (tools/perf 6.12,
    // builtin-record.c, alarm_sig_handler), as on a busy machine.
    const args = ["--switch-output=signal", `--switch-max-files=${MOST_SLICES}`];
    const perf = this.#runPerf(args, { output: slices.output, isMain: true });
    await readSlices(perf, slices, {
      ...this.#readOptions,
      prepare: logs.use,
      onError: ({ message }) => onProblem(message),
    }, ({ recordings: [recording], finished }) => {
      const start = this.#from;
      this.#from = finished;
      if (recording === undefined) return;
      onWindow({
        recording: this.#named(recording),
        start,
        duration: Math.max(1, finished - start),
      });
    }).catch(({ message }: Error) => onProblem(message));
  }

  /** Whether perf has its buffers, and so its handlers of signals. */
  get #isAttached(): boolean {
    return this.#perf !== undefined &&
      (readText(`/proc/${this.#perf}/maps`)?.includes("[perf_event]") ?? false);
  }

  /** Waits, but not beyond the program's end. */
  #pause(milliseconds: number): Promise<void> {
    if (this.#hasEnded) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#stopPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #runPerf(
    args: readonly string[],
    { output, command, isMain = false }: {
      output: string;
      command?: readonly string[];
      isMain?: boolean;
    },
  ): Promise<Ending> {
    const { trial: { event, flags }, frequency } = this.#options;
    const isRestart = isMain && this.#hasFailed;
    const pid = isRestart ? undefined : this.#pid;
    const messages = fs.openSync(this.#messagesOf(isMain), "w", 0o600);
    try {
      return await runChild(
        [
          ...[...endingWords(), "perf", "record", "--quiet", ...flags, ...args],
          ...(isRestart ? ["--inherit", "-t", String(this.#pid)] : []),
          ...perfRecordArgs({ frequency, event, output, pid, clock: "mono", command }),
        ],
        {
          env: definedVariables(process.env),
          signals: [],
          stdio: ["ignore", messages, messages],
          started: (perf) => {
            if (isMain) this.#perf = perf;
          },
        },
      );
    } finally {
      fs.closeSync(messages);
      if (isMain) this.#perf = undefined;
    }
  }

  /** The file of what perf says. */
  #messagesOf(isMain: boolean): string {
    return `${this.#directory}/messages-${isMain ? "windows" : "once"}`;
  }

  /** The error for a perf that has ended by itself, with its own words. */
  #failure({ isMain }: { isMain: boolean }): PerfError {
    let words = "";
    try {
      words = fs.readFileSync(this.#messagesOf(isMain), "utf8").trim().split("\n")[0]!;
    } catch {
      // perf has said nothing.
    }
    return new PerfError(`perf has ended before the program${words && `: ${words}`}`, {
      code: "perf",
    });
  }
}

function pauseOf(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function signal(pid: number | undefined, name: "SIGINT" | "SIGUSR2"): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
