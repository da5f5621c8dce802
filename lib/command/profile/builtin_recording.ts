/*
 * Records a program where perf may not run: the program samples itself into a file, and this
 * process reads the file when the program has ended, also by a signal.
 */
import * as fs from "node:fs";

import { PerfError } from "../../base/perf_error.ts";
import { systemReason } from "../../base/system_reason.ts";
import { perfMapPath } from "../../backends/perf_map/perf_map.ts";
import type { CollectionSum } from "../../recording/collections.ts";
import type { Recording } from "../../recording/recording.ts";
import { readSampleFile, type SampleFile } from "../../recording/built_in/sample_file.ts";
import { sampledRecording } from "../../recording/built_in/sampled_recording.ts";
import { collectionsPath } from "../../sampler/count_collections.ts";
import { type SampledTime, samplingVariables } from "../../sampler/sampling_variables.ts";
import { type Ending, runChild } from "../program/child.ts";
import { FileOpener } from "../program/file_opener.ts";
import { makeSampleDirectory } from "../program/sample_directory.ts";
import { readText } from "../../perf/perf_tool.ts";
import { type ReachedSize, SizeLimit } from "./size_limit.ts";
import type { Progress } from "../progress.ts";
import { watchRecording } from "./recording_progress.ts";
import type { ScriptCommand } from "../program/script.ts";
import type { RecordedLogs } from "../logs/v8_logs.ts";

/** The result of sampling a program. */
export interface BuiltinResult {
  /** The program's ending. */
  ending: Ending;
  /** The recording of its samples; `undefined` if it has none. */
  recording: Recording | undefined;
  /** The limit that ended it; `undefined` where none did. */
  reached: ReachedSize | undefined;
  /** Notes for the user, a sentence each. */
  notes: string[];
}

/** Options of {@linkcode recordBuiltin}. */
export interface BuiltinOptions {
  /** Samples per second. */
  frequency: number;
  /** The time that samples are taken of. @default {"cpu"} */
  time?: SampledTime;
  /** The seconds after which the program is ended. @default {it ends by itself} */
  seconds?: number;
  /** The most bytes of its samples and V8's logs together. */
  maxSize: number;
  /** The bytes of V8's logs. @default {none} */
  logBytes?: () => number;
  /** Whether the whole program is sampled, not only a scope of it. @default {true} */
  isWhole?: boolean;
  /** Shows the progress. */
  progress: Progress;
  /** Reads V8's logs once the program has ended. @default {there are none} */
  readLogs?: () => Promise<RecordedLogs>;
}

/**
 * Runs a program that samples itself.
 *
 * @param script The program, with the preloaded module.
 * @param options The frequency, the limits and the logs.
 * @throws {PerfError} If its samples cannot be kept or read.
 */
export async function recordBuiltin(
  { command, env, begin, finish }: ScriptCommand,
  { frequency, time = "cpu", seconds, maxSize, logBytes, isWhole = true, progress, readLogs }:
    BuiltinOptions,
): Promise<BuiltinResult> {
  const directory = makeSampleDirectory();
  try {
    const path = `${directory}/samples`;
    fs.writeFileSync(path, "", { mode: 0o600 });
    const endWatch = watchRecording(progress, path, { isPerfs: false });
    const size = new SizeLimit(maxSize, { path, more: logBytes });
    const earlier = childrenTime();
    let ending: Ending;
    try {
      begin?.();
      const limit = { seconds, isReached: size.isReached, signal: "SIGTERM" } as const;
      const variables = samplingVariables({ path, frequency, time });
      ending = await runChild(command, { env: { ...env, ...variables }, limit });
    } finally {
      endWatch();
      finish?.();
    }
    const file = readSamples(path);
    const { reached } = size;
    if (file === undefined) return { ending, recording: undefined, reached, notes: [] };
    const others = isWhole ? notesOnOthers(file, childrenTime() - earlier) : [];
    const opener = new FileOpener();
    const logs = await readLogs?.();
    try {
      const recording = sampledRecording(file, {
        command,
        map: readMap(file.process),
        open: (name) => opener.open(name),
        resolver: logs?.code,
      });
      const collections = readCollections(path);
      return {
        ending,
        recording: collections === undefined ? recording : { ...recording, collections },
        reached,
        notes: [...size.notes, ...notesOn(file), ...others, ...logs?.notes ?? []],
      };
    } finally {
      opener.close();
      logs?.close();
    }
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

function readSamples(path: string): SampleFile | undefined {
  try {
    const bytes = fs.readFileSync(path);
    const file = bytes.length === 0 ? undefined : readSampleFile(bytes);
    return file?.samples.length ? file : undefined;
  } catch (cause) {
    throw new PerfError(`Cannot read the samples: ${systemReason(cause)}`, {
      code: "file",
      cause,
    });
  }
}

/** Reads the garbage collections that the program has counted; `undefined` where it told none. */
function readCollections(samples: string): readonly CollectionSum[] | undefined {
  try {
    return JSON.parse(fs.readFileSync(collectionsPath(samples), "utf8"));
  } catch {
    return undefined;
  }
}

function readMap(pid: number): string {
  try {
    return fs.readFileSync(perfMapPath(pid), "utf8");
  } catch {
    // Without trampolines there is no map.
    return "";
  }
}

/** Notes on missing samples, for the reader of the report. */
function notesOn({ samples, interval, counts, isOfRealTime }: SampleFile): string[] {
  const notes: string[] = [];
  // A sample of real time stands for as long as its thread does not run.
  if (isOfRealTime) {
    return counts?.dropped ? [`warning: ${counts.dropped} samples were dropped`] : [];
  }
  const weight = samples.reduce((sum, sample) => sum + sample.weight, 0);
  const apart = weight / samples.length;
  if (apart > 1.5 * interval) {
    notes.push(
      `note: a sample stands for ${(apart / 1e6).toFixed(1)} ms: the kernel looks at timers of ` +
        "processor time in every tick (CONFIG_HZ), and no more often",
    );
  }
  if (counts === undefined) return notes;
  const missed = counts.cpuTime - weight;
  if (counts.dropped > 0.01 * weight) {
    const percent = (100 * counts.dropped / (weight + counts.dropped)).toFixed(1);
    notes.push(`warning: samples of ${percent} % of the time were dropped, a lower -F keeps them`);
  }
  if (counts.unarmed > 0) {
    notes.push(
      `warning: ${counts.unarmed} threads were not sampled, because they got no timer: raise ulimit -i`,
    );
  } else if (missed > 0.1 * counts.cpuTime && missed > 1e8) {
    notes.push(
      `warning: of ${seconds(counts.cpuTime)} of processor time ${seconds(weight)} were seen: ` +
        "threads that block signals or live for a moment only are not",
    );
  }
  return notes;
}

/**
 * Processor time of other processes below which there is no note, in nanoseconds: more than a runtime's
 * start takes.
 */
const START = 5e8;

/**
 * Notes on the processes that the program has started.
 *
 * @param all Nanoseconds of processor time of the program and of all that it has started and waited for.
 */
function notesOnOthers({ counts }: SampleFile, all: number): string[] {
  const others = all - (counts?.cpuTime ?? Infinity);
  return others < START || others < 0.1 * all ? [] : [
    `note: ${seconds(others)} of ${seconds(all)} of processor time were of processes that the ` +
    "program has started: only perf samples those",
  ];
}

/** The processor time of all children of this process that have ended, in nanoseconds. */
function childrenTime(): number {
  const stat = readText("/proc/self/stat") ?? "";
  // proc(5): fields 16 and 17, cutime and cstime, in ticks of 10 ms (sysconf(_SC_CLK_TCK) is 100 on Linux).
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(13, 15);
  return 1e7 * (Number(user) + Number(system));
}

function seconds(nanoseconds: number): string {
  return `${(nanoseconds / 1e9).toFixed(2)} s`;
}
