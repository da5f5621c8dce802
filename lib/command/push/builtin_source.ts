/*
 * The samples of a program that samples itself, where perf may not. The program appends to a file,
 * whose front is given back to the file system when it has been read.
 */
import * as fs from "node:fs";

import type { ProfileWindow } from "../../push/profile_window.ts";
import { FollowedSamples } from "../../recording/built_in/followed_samples.ts";
import type { SampleFile } from "../../recording/built_in/sample_file.ts";
import { sampledRecording } from "../../recording/built_in/sampled_recording.ts";
import type { Recording } from "../../recording/recording.ts";
import { samplingVariables } from "../../sampler/sampling_variables.ts";
import { logsIn } from "../../v8_log/log_directory.ts";
import { parseLogName } from "../../v8_log/log_name.ts";
import { releaseFront } from "../logs/release_front.ts";
import { readFoundLogs } from "../logs/v8_logs.ts";
import { FileOpener } from "../program/file_opener.ts";
import { makeSampleDirectory } from "../program/sample_directory.ts";
import { Progress } from "../progress.ts";
import type { ConsumedLogs } from "./consumed_logs.ts";
import type { WindowSource } from "./window_source.ts";

/** Bytes of samples that are read at a time. */
const PIECE = 1 << 20;

/** Options of {@linkcode BuiltinSource}. */
export interface BuiltinSourceOptions {
  /** The program's words. */
  command: readonly string[];
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

/** The built-in sampler's samples of a program. */
export class BuiltinSource implements WindowSource {
  /** Variables that have the program sample itself. */
  readonly variables: Readonly<Record<string, string>>;
  readonly #options: BuiltinSourceOptions;
  readonly #directory = makeSampleDirectory();
  readonly #file: number;
  readonly #samples = new FollowedSamples();
  readonly #opener = new FileOpener();
  #at = 0;
  #released = 0;
  #takeWindow: (() => Promise<void>) | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: BuiltinSourceOptions) {
    this.#options = options;
    const path = `${this.#directory}/samples`;
    this.#file = fs.openSync(path, "ax+", 0o600);
    this.variables = samplingVariables({ path, frequency: options.frequency, time: "cpu" });
  }

  /** @inheritdoc */
  begin(_pid: number, onWindow: (window: ProfileWindow) => void): void {
    const reader = this.#samples.read();
    let from = Date.now();
    this.#takeWindow = async () => {
      this.#readOn();
      const [start, file] = [from, reader.take()];
      from = Date.now();
      if (file === undefined || !this.#options.hasWindows) return;
      const recording = await this.#recordingOf(file);
      onWindow({ recording, start, duration: Math.max(1, from - start) });
    };
    this.#timer = setInterval(() => void this.#guarded(), 1000 * this.#options.window);
  }

  /** @inheritdoc */
  async record(seconds: number): Promise<Recording | undefined> {
    this.#readOn();
    const reader = this.#samples.read();
    try {
      await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
      this.#readOn();
      const file = reader.take();
      return file && await this.#recordingOf(file);
    } finally {
      reader[Symbol.dispose]();
    }
  }

  /** @inheritdoc */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#guarded();
    this.#opener.close();
    fs.closeSync(this.#file);
    fs.rmSync(this.#directory, { recursive: true, force: true });
  }

  async #guarded(): Promise<void> {
    try {
      await this.#takeWindow?.();
    } catch (error) {
      this.#options.onProblem((error as Error).message);
    }
  }

  #readOn(): void {
    const bytes = new Uint8Array(PIECE);
    for (let length; (length = fs.readSync(this.#file, bytes, 0, PIECE, this.#at)) > 0;) {
      this.#samples.push(bytes.subarray(0, length));
      this.#at += length;
    }
    const path = `${this.#directory}/samples`;
    const result = releaseFront(path, { from: this.#released, to: this.#at });
    if ("released" in result) {
      this.#released = result.released;
    } else {
      const { reason } = result;
      this.#options.onProblem(`Samples fill the disk: the file cannot be cut (${reason})`);
    }
  }

  #recordingOf(file: SampleFile): Promise<Recording> {
    const { command, logs } = this.#options;
    return logs.use(async () => {
      const { code } = await readFoundLogs(logsIn(logs.directory), {
        progress: new Progress({ isQuiet: true }),
        followed: logs.followed,
        // The sampler, like V8, knows the process by its number in its own pid namespace.
        pidOf: ({ name }) => parseLogName(name)!.pid,
      });
      const open = (path: string) => this.#opener.open(path);
      return sampledRecording(file, { command, map: "", open, resolver: code });
    });
  }
}
