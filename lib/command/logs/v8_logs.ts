/*
 * Finds and reads V8's logs of the processes in a recording.
 */
import * as fs from "node:fs";

import { isOwnFile } from "../../source/own_module.ts";
import type { RecordedFacts } from "../../recording/perf_data/read_perf_data.ts";
import { V8Code } from "../../recording/v8_code.ts";
import {
  findLogs,
  type FoundLog,
  type FoundLogs,
  isInLogDirectory,
  logsIn,
} from "../../v8_log/log_directory.ts";
import { FollowedLog } from "../../v8_log/followed_log.ts";
import { type LogFile, V8Log } from "../../v8_log/v8_log.ts";
import { denoTexts, isDenos } from "./deno_texts.ts";
import { keptTexts } from "./kept_texts.ts";
import { fitClock, type PerfClock } from "./perf_clock.ts";
import type { Progress } from "../progress.ts";

/** The logs of a recording's processes. */
export interface RecordedLogs {
  /** Resolves the code of the processes. */
  code: V8Code;
  /** Command lines by process. */
  commands: ReadonlyMap<number, readonly string[]>;
  /** Sentences on the logs for the user. */
  notes: readonly string[];
  /** Closes the logs' files. */
  close(): void;
}

/** The largest uncertainty of V8's clock that is not reported, in µs. */
const TOLERATED = 100;

/** Options of {@linkcode readLogsOf}. */
export interface LogsOptions {
  /** Shows how much has been read. */
  progress: Progress;
  /** Keeps logs that are read again and again. @default {each is read from its start} */
  followed?: FollowedLogs;
  /** Where the logs are. @default {they are looked for} */
  directory?: string;
}

/**
 * Reads the logs that belong to a recording.
 *
 * @param recording The recording's file.
 * @param facts The recording's facts on its processes.
 * @param options How they are read.
 * @returns `undefined` where there are none.
 */
export async function readLogsOf(
  recording: string,
  facts: RecordedFacts,
  { progress, followed, directory }: LogsOptions,
): Promise<RecordedLogs | undefined> {
  const found = directory !== undefined ? logsIn(directory, facts.pids) : findLogs({
    recording,
    pids: facts.pids,
    mapped: facts.mapped.map(({ path }) => path),
  });
  if (found.length === 0) return undefined;
  if (facts.clock === "mono") return await readFoundLogs(found, { progress, followed });
  const markers = found.flatMap((directory) => directory.clock?.markers ?? []);
  const clock = fitClock(markers, facts.mapped);
  const logs = await readFoundLogs(found, {
    clock: clock ?? LATEST,
    progress,
    followed,
  });
  return clock === undefined ? { ...logs, notes: [...logs.notes, NO_CLOCK] } : logs;
}

/**
 * The clock where alignment fails. Every time is after the end, so an address has its last name.
 */
const LATEST: PerfClock = {
  toMonotonic: () => Infinity,
  fromMonotonic: (time) => time === Infinity ? Infinity : -Infinity,
};

const NO_CLOCK =
  "warning: the recording's clock is unknown, so each address has the name of its last code; " +
  "perf record -k mono mends that";

/** Reads logs that have been found. */
export async function readFoundLogs(
  found: readonly FoundLogs[],
  { clock, progress, followed, pidOf = ({ pid }) => pid }: {
    clock?: PerfClock;
    progress: Progress;
    /** Keeps logs that are read again and again. @default {each is read from its start} */
    followed?: FollowedLogs;
    /** The process's number in the recording. @default {that of the command's pid namespace} */
    pidOf?: (log: FoundLog) => number;
  },
): Promise<RecordedLogs> {
  const files: OpenLog[] = [];
  const byProcess = new Map<number, V8Log[]>();
  const notes: string[] = [];
  const mapped = denoTexts();
  let behind = 0;
  let uncertainty = 0;
  const all = found.flatMap(({ directory, logs }) => {
    const emitted = keptTexts(directory, mapped);
    return logs.map((log) => ({ ...log, emitted }));
  });
  for (const log of all) {
    const file = followed?.open(log.path) ?? openLog(log.path);
    if (file === undefined) {
      notes.push(`warning: Cannot read V8's log "${log.path}"; its code has no names`);
      continue;
    }
    files.push(file);
    const read = followed?.read(file, log.polls) ?? await V8Log.read(file, {
      polls: log.polls,
      // Node shows lines of the JavaScript by default, so only Deno's lines are mapped.
      emitted: isDenos(file) ? log.emitted : undefined,
      progress: (bytes) =>
        progress.show(() => `reading V8's log: ${((behind + bytes) / 1e6).toFixed(0)} MB`),
    });
    behind += file.size();
    if (read.problem !== undefined) notes.push(`warning: ${read.problem}`);
    if (read.version === "") continue;
    if (log.released > (followed?.consumedOf(log.path) ?? 0)) {
      notes.push(
        `warning: the first ${
          megabytes(log.released)
        } of V8's log were dropped: code of that time has no names`,
      );
    }
    const pid = pidOf(log);
    byProcess.set(pid, [...byProcess.get(pid) ?? [], read]);
    if (read.clock === undefined) {
      notes.push(
        `warning: V8's log of process ${pid} has no clock, so each address has the name of its last code`,
      );
    } else if (read.clock.uncertainty === Infinity) {
      // Times of the log are too late by an amount that nothing limits.
      notes.push(
        `warning: the clock of V8's log of process ${pid} is unknown, so code can have the name of older code`,
      );
    } else uncertainty = Math.max(uncertainty, read.clock.uncertainty);
  }
  progress.clear();
  if (uncertainty > TOLERATED) {
    notes.push(
      `note: V8's clock is known to ${
        uncertainty.toFixed(0)
      } µs only, so code that was there for less can have the name of older code`,
    );
  }
  const commands = new Map<number, readonly string[]>();
  for (const { clock: file } of found) {
    for (const { pid, command } of file?.processes ?? []) {
      if (command !== undefined) commands.set(pid, command);
    }
  }
  const processes = [...byProcess].map(([pid, logs]) => ({ pid, logs }));
  const code = new V8Code(processes, {
    isOwn: (file) => isOwnFile(file) || isInLogDirectory(file),
    ...clock,
  });
  return {
    code,
    commands,
    notes: [...new Set(notes)],
    close: () => {
      if (followed === undefined) files.forEach((file) => file.close());
    },
  };
}

/** Logs that V8 goes on writing: of each only what was added is read the next time. */
export class FollowedLogs implements Disposable {
  readonly #texts = denoTexts();
  readonly #logs = new Map<string, { file: OpenLog; followed: FollowedLog }>();

  /** Opens a log, or returns the open one. */
  open(path: string): OpenLog | undefined {
    const known = this.#logs.get(path);
    if (known !== undefined) return known.file;
    const file = openLog(path);
    if (file === undefined) return undefined;
    const followed = new FollowedLog(file.read, isDenos(file) ? this.#texts : undefined);
    this.#logs.set(path, { file, followed });
    return file;
  }

  /** Reads on in a log that is open. */
  read(file: LogFile, polls: FoundLog["polls"]): V8Log {
    return V8Log.ofFollowed(file, this.#logs.get(file.path)!.followed.readOn(polls));
  }

  /**
   * Forgets what the logs tell of code that is gone, of each log of which so many bytes are new. The
   * logs that were read before must not be asked any more.
   *
   * @param bytes The number.
   */
  consume(bytes: number): void {
    for (const { followed } of this.#logs.values()) followed.consume(bytes);
  }

  /** The offset up to which a log's bytes are not needed any more. */
  consumedOf(path: string): number {
    return this.#logs.get(path)?.followed.consumed ?? 0;
  }

  /** Closes a log that does not grow any more, and forgets it. */
  forget(path: string): void {
    this.#logs.get(path)?.file.close();
    this.#logs.delete(path);
  }

  /** Closes all. */
  [Symbol.dispose](): void {
    for (const { file } of this.#logs.values()) file.close();
    this.#logs.clear();
  }
}

interface OpenLog extends LogFile {
  close(): void;
}

function openLog(path: string): OpenLog | undefined {
  let descriptor: number;
  try {
    descriptor = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  } catch {
    return undefined;
  }
  return {
    path,
    size: () => fs.fstatSync(descriptor).size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      const count = fs.readSync(descriptor, bytes, 0, length, offset);
      return bytes.subarray(0, count);
    },
    close: () => fs.closeSync(descriptor),
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
