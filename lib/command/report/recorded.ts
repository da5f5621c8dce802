/*
 * Reads recordings from perf's files and from our own.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";

import { PerfError } from "../../base/perf_error.ts";
import { systemReason } from "../../base/system_reason.ts";
import { readPerfData } from "../../recording/perf_data/read_perf_data.ts";
import type { SymbolCache } from "../../recording/perf_data/symbol_cache.ts";
import type { Recording } from "../../recording/recording.ts";
import { decodeRecording, RECORDING_START } from "../../recording/recording_file.ts";
import { perfOutput, readText } from "../../perf/perf_tool.ts";
import type { Progress } from "../progress.ts";
import { withSpans } from "./span_choice.ts";
import { type FollowedLogs, readLogsOf, type RecordedLogs } from "../logs/v8_logs.ts";

/** The beginnings of perf's recordings, in both byte orders (tools/perf/util/header.c). */
const PERF_STARTS: readonly string[] = ["PERFILE2", "2ELIFREP"];

/**
 * Reads a recording.
 *
 * @param path A file of perf's, or of the built-in sampler's.
 * @param progress Shows the progress.
 * @param options Options.
 * @returns One recording for each event.
 * @throws {PerfError} If the file is no recording, or cannot be read.
 */
export async function readRecordings(
  path: string,
  progress: Progress,
  options: ReadOptions = {},
): Promise<Recording[]> {
  const start = startOf(path);
  if (start.startsWith(RECORDING_START)) {
    return withSpans([readOwn(path)], path);
  }
  if (!PERF_STARTS.some((magic) => start.startsWith(magic))) {
    throw new PerfError(
      `Cannot read "${path}": it is no recording, must be one of perf or of this command`,
      { code: "file" },
    );
  }
  const maxFrames = Number(readText("/proc/sys/kernel/perf_event_max_stack")) || undefined;
  return withSpans(await readPerfFile(path, { maxFrames, ...options, progress }), path);
}

/** Options of {@linkcode readRecordings}. */
export interface ReadOptions {
  /** Called with sentences on the recording for the user. @default {they are dropped} */
  onNote?: (note: string) => void;
  /** Keeps V8's logs between recordings of one program. @default {logs are read anew} */
  followed?: FollowedLogs;
  /** Keeps perf's symbols between recordings of one program. @default {each is waited for} */
  symbols?: SymbolCache;
  /** The directory of the program's logs. @default {they are looked for} */
  logs?: string;
}

async function readPerfFile(
  path: string,
  { maxFrames, progress, onNote, followed, symbols, logs: directory }: ReadOptions & {
    maxFrames?: number;
    progress: Progress;
  },
): Promise<Recording[]> {
  const descriptor = fs.openSync(path, "r");
  let logs: RecordedLogs | undefined;
  try {
    const { size, mtimeMs } = fs.fstatSync(descriptor);
    const read = (offset: number, length: number) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, length, offset));
    };
    return await readPerfData({ read, size, modified: mtimeMs }, {
      maxFrames,
      async findCode(facts) {
        logs = await readLogsOf(path, facts, { progress, followed, directory });
        logs?.notes.forEach((note) => onNote?.(note));
        return logs && { resolver: logs.code, commands: logs.commands };
      },
      perf: {
        print: (args) => counted(perfOutput(["script", ...args, "-i", path]), progress),
        printOf: (recording, args) =>
          // A program that is sampled goes on when this process gets a signal.
          printedSymbols(recording, args, { isInterruptible: !symbols?.waits }),
      },
      symbols,
      progress: (done) =>
        progress.show(() => `reading the recording: ${(100 * done).toFixed(0)} %`),
    });
  } finally {
    logs?.close();
    fs.closeSync(descriptor);
    progress.clear();
  }
}

/** Prints a recording in memory. perf reads only files, and only those of its own user. */
async function* printedSymbols(
  recording: Uint8Array,
  args: readonly string[],
  options: { isInterruptible: boolean },
): AsyncGenerator<string> {
  const directory = makeDirectory();
  try {
    const path = `${directory}/perf.data`;
    fs.writeFileSync(path, recording, { mode: 0o600 });
    yield* perfOutput(["script", ...args, "-i", path], options);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

function makeDirectory(): string {
  try {
    return fs.mkdtempSync(`${tmpdir()}/xperf-symbols-`);
  } catch (cause) {
    throw new PerfError(
      `Cannot look symbols up: no temporary directory (${systemReason(cause)})`,
      { code: "file", hint: "df /tmp; ls -ld /tmp", cause },
    );
  }
}

function readOwn(path: string): Recording {
  try {
    return decodeRecording(fs.readFileSync(path, "utf8"));
  } catch (cause) {
    throw new PerfError(`Cannot read "${path}": it is damaged (${(cause as Error).message})`, {
      code: "file",
      cause,
    });
  }
}

async function* counted(pieces: AsyncIterable<string>, progress: Progress): AsyncGenerator<string> {
  let read = 0;
  try {
    for await (const piece of pieces) {
      read += piece.length;
      progress.show(() => `reading the recording: ${(read / 1e6).toFixed(0)} MB of stacks`);
      yield piece;
    }
  } finally {
    progress.clear();
  }
}

function startOf(path: string): string {
  const bytes = new Uint8Array(RECORDING_START.length);
  try {
    const file = fs.openSync(path, "r");
    try {
      fs.readSync(file, bytes);
    } finally {
      fs.closeSync(file);
    }
  } catch (cause) {
    throw new PerfError(`Cannot read "${path}": ${systemReason(cause)}`, {
      code: "file",
      hint: (cause as { code?: string }).code === "ENOENT"
        ? `profile -o ${path} records one`
        : undefined,
      cause,
    });
  }
  return new TextDecoder().decode(bytes);
}
