/*
 * The waits of a program: it writes them into a file in /tmp, and they become a recording beside the
 * one of the processor's time. With the program's spans, they become a recording of the spans' time
 * too.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";

import { PerfError } from "../../base/perf_error.ts";
import { systemReason } from "../../base/system_reason.ts";
import { isApp } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import type { SpanLog } from "../../recording/spans/span_log.ts";
import { spanTimeRecording } from "../../recording/span_time/span_time_recording.ts";
import { nameFunctions } from "../../recording/waits/awaiting_functions.ts";
import { readWaitLog, type WaitLog } from "../../recording/waits/wait_log.ts";
import { waitingFacts, waitingRecording } from "../../recording/waits/waiting_recording.ts";
import { WAITS_VARIABLE } from "../../waits/record_waits.ts";
import { writeRecording } from "./write_recording.ts";

/** A recording that was made of a program's waits. */
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

/** The file of the time of spans beside a recording: `perf.spans.json` beside `perf.data`. */
export function spanTimePath(recording: string): string {
  return waitsPath(recording).replace(/await\.json$/, "spans.json");
}

/** What the program's waits are seen together with. */
export interface WaitingSources {
  /** The program with its arguments. */
  command: readonly string[];
  /** Its spans. @default {none were recorded} */
  spans?: SpanLog;
  /** What ran. @default {the time of spans is not told} */
  running?: Recording;
}

/** Records the waits of a program. Disposing of it removes the file that the program writes. */
export class RecordedWaits implements Disposable {
  /** Variables for the program. */
  readonly variables: Readonly<Record<string, string>> = {};
  readonly #path: string;
  readonly #spanTimePath: string;
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
    this.#spanTimePath = spanTimePath(recording);
    try {
      fs.rmSync(this.#path, { force: true });
      fs.rmSync(this.#spanTimePath, { force: true });
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
    if (text === "") return;
    this.#log = readWaitLog(text);
    nameFunctions(this.#log, sourceOf);
  }

  /**
   * Writes the recordings.
   *
   * @returns None where no waits were recorded.
   */
  end(sources: WaitingSources): WaitingResult[] {
    const log = this.#log;
    if (log === undefined) return [];
    const { command, spans, running } = sources;
    const waits = this.#endWaits(log, sources);
    const isAlone = running === undefined || !hasWorkers(running, log);
    const results = [isAlone ? waits : { ...waits, notes: [...waits.notes, NO_WORKERS] }];
    if (spans === undefined || running?.clock !== "mono") return results;
    const recording = spanTimeRecording({ running: { ...running, command }, spans, waits: log });
    if (recording.stacks.length === 0) return results;
    writeRecording(this.#spanTimePath, recording);
    return [...results, { path: this.#spanTimePath, recordings: [recording], notes: [] }];
  }

  #endWaits(log: WaitLog, { command, spans }: WaitingSources): WaitingResult {
    const recording = waitingRecording(log, { command, sourceOf, spans });
    if (recording.stacks.length === 0) {
      return { path: this.#path, recordings: [], notes: ["note: the program awaited nothing"] };
    }
    writeRecording(this.#path, recording);
    const { recorded, all, error } = waitingFacts(log);
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

const NO_WORKERS = "note: awaits of Workers are not recorded, only those of the main thread";

/** Whether functions of the program ran in other threads than the one whose waits were recorded. */
function hasWorkers(
  { samples, threads, stacks }: Pick<Recording, "samples" | "threads" | "stacks">,
  { pid, tid }: Pick<WaitLog, "pid" | "tid">,
): boolean {
  const isOther = threads.map((thread) => thread.pid === pid && thread.tid !== tid);
  const isProgram = stacks.map(({ frames }) => frames.some(isApp));
  return samples.stack.some((stack, i) => isOther[samples.thread[i]!]! && isProgram[stack]!);
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
