/*
 * The waits of a program: it writes them into a file in /tmp, and they become a recording beside the
 * one of the processor's time.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";

import { PerfError } from "../../base/perf_error.ts";
import { systemReason } from "../../base/system_reason.ts";
import type { Recording } from "../../recording/recording.ts";
import { encodeRecording } from "../../recording/recording_file.ts";
import { readWaitLog, type WaitLog } from "../../recording/waits/wait_log.ts";
import { waitingFacts, waitingRecording } from "../../recording/waits/waiting_recording.ts";
import { WAITS_VARIABLE } from "../../waits/record_waits.ts";

/** The recording of a program's waits. */
export interface WaitingResult {
  /** Its file. */
  path: string;
  /** One recording; none where the program awaited nothing. */
  recordings: readonly Recording[];
  /** Sentences for the user. */
  notes: readonly string[];
}

/** The file of the waits beside a recording: `perf.await.json` beside `perf.data`. */
export function waitsPath(recording: string): string {
  return `${recording.replace(/(?<=[^/])\.(?:data|json)$/, "")}.await.json`;
}

/** Records the waits of a program. Disposing of it removes the file that the program writes. */
export class RecordedWaits implements Disposable {
  /** Variables for the program. */
  readonly variables: Readonly<Record<string, string>> = {};
  readonly #path: string;
  readonly #directory: string | undefined;
  #log: WaitLog | undefined;

  /**
   * Removes the waits of an earlier recording.
   *
   * @param recording The file of the recording.
   * @param isWanted Whether waits are recorded.
   * @throws {PerfError} If a file cannot be made or removed.
   */
  constructor(recording: string, isWanted: boolean) {
    this.#path = waitsPath(recording);
    try {
      fs.rmSync(this.#path, { force: true });
      if (!isWanted) return;
      // A program that may write a perf map may write in /tmp.
      this.#directory = fs.mkdtempSync(`${fs.existsSync("/tmp") ? "/tmp" : tmpdir()}/xperf-waits-`);
      const path = `${this.#directory}/waits`;
      fs.writeFileSync(path, "", { mode: 0o600 });
      this.variables = { [WAITS_VARIABLE]: path };
    } catch (cause) {
      this[Symbol.dispose]();
      throw new PerfError(`Cannot record awaits: ${systemReason(cause)}`, {
        code: "file",
        hint: "df /tmp; ls -ld /tmp",
        cause,
      });
    }
  }

  /** Reads what the program has written. */
  read(): void {
    const path = this.variables[WAITS_VARIABLE];
    const text = path === undefined ? "" : fs.readFileSync(path, "utf8");
    if (text !== "") this.#log = readWaitLog(text);
  }

  /**
   * Writes the recording.
   *
   * @param command The program with its arguments.
   * @returns `undefined` where no waits were recorded.
   */
  end(command: readonly string[]): WaitingResult | undefined {
    if (this.#log === undefined) return undefined;
    const recording = waitingRecording(this.#log, { command, sourceOf });
    if (recording.stacks.length === 0) {
      return { path: this.#path, recordings: [], notes: ["note: the program awaited nothing"] };
    }
    fs.writeFileSync(this.#path, encodeRecording(recording));
    const { recorded, all, error } = waitingFacts(this.#log);
    const notes = recorded === all ? [] : [
      `note: ${recorded} awaits were recorded, which stand for about ${
        all.toFixed(0)
      }; the whole ` +
      `time is within ${(100 * error).toFixed(1)} % (standard error)`,
    ];
    return { path: this.#path, recordings: [recording], notes };
  }

  /** Removes the file that the program has written. */
  [Symbol.dispose](): void {
    if (this.#directory !== undefined) fs.rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Reads a source file of the program; `undefined` where it is none that can be read. */
function sourceOf(file: string): string | undefined {
  if (!file.startsWith("/")) return undefined;
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
