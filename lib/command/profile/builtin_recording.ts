/*
 * What `profile` does where perf may not run: the program samples itself, into a file that is read
 * when the program has ended, however it did.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";

import type { ReadBytes } from "../../base/elf_header.ts";
import { PerfError } from "../../base/perf_error.ts";
import { perfMapPath } from "../../backends/perf_map/perf_map.ts";
import type { Recording } from "../../recording/recording.ts";
import { readSampleFile, type SampleFile } from "../../recording/built_in/sample_file.ts";
import { sampledRecording } from "../../recording/built_in/sampled_recording.ts";
import { samplingVariables } from "../../sampler/sampling_variables.ts";
import { type Ending, runChild } from "../program/child.ts";
import type { Progress } from "../progress.ts";
import { watchRecording } from "./recording_progress.ts";
import type { ScriptCommand } from "../program/script.ts";
import type { RecordedLogs } from "../logs/v8_logs.ts";

/** What came of sampling a program. */
export interface BuiltinResult {
  /** How the program ended. */
  ending: Ending;
  /** What was seen of it. */
  recording: Recording;
  /** What is to be said of it, a sentence each. */
  notes: string[];
}

/** Options of {@linkcode recordBuiltin}. */
export interface BuiltinOptions {
  /** Samples per second of processor time. */
  frequency: number;
  /** After how many seconds it is to end, if not of its own accord. */
  seconds?: number;
  /** Where to say how far it is. */
  progress: Progress;
  /** Reads V8's logs once the program has ended. @default {there are none} */
  readLogs?: () => Promise<RecordedLogs>;
}

/**
 * Runs a program that samples itself.
 *
 * @param script The program, with the preloaded module.
 * @param options How often it is sampled, and when it is to end.
 * @throws {PerfError} If it did not.
 */
export async function recordBuiltin(
  { command, env, begin, finish }: ScriptCommand,
  { frequency, seconds, progress, readLogs }: BuiltinOptions,
): Promise<BuiltinResult> {
  const directory = makeDirectory();
  try {
    const path = `${directory}/samples`;
    fs.writeFileSync(path, "", { mode: 0o600 });
    const endWatch = watchRecording(progress, path, { isPerfs: false });
    let ending: Ending;
    try {
      begin?.();
      const limit = seconds === undefined ? undefined : { seconds, signal: "SIGTERM" } as const;
      const variables = samplingVariables({ path, frequency });
      ending = await runChild(command, { env: { ...env, ...variables }, limit });
    } finally {
      endWatch();
      finish?.();
    }
    const file = readSamples(path, ending);
    const opener = new FileOpener();
    const logs = await readLogs?.();
    try {
      const recording = sampledRecording(file, {
        command,
        map: readMap(file.process),
        open: (name) => opener.open(name),
        resolver: logs?.code,
      });
      return { ending, recording, notes: [...notesOn(file), ...logs?.notes ?? []] };
    } finally {
      opener.close();
      logs?.close();
    }
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

/** In /tmp, where the program may write if it may write a perf map. */
function makeDirectory(): string {
  const parent = fs.existsSync("/tmp") ? "/tmp" : tmpdir();
  try {
    return fs.mkdtempSync(`${parent}/xperf-samples-`);
  } catch (cause) {
    throw new PerfError(
      `Cannot sample: no temporary directory (${(cause as Error).message})`,
      { code: "file", hint: "df /tmp; ls -ld /tmp", cause },
    );
  }
}

function readSamples(path: string, { code, signal }: Ending): SampleFile {
  const bytes = fs.readFileSync(path);
  const file = bytes.length === 0 ? undefined : readSampleFile(bytes);
  if (file !== undefined && file.samples.length > 0) return file;
  const how = signal === null ? `status ${code}` : `signal ${signal}`;
  throw new PerfError(
    `Cannot report: the built-in sampler has seen nothing, the program ended with ${how}`,
    { code: "unavailable" },
  );
}

function readMap(pid: number): string {
  try {
    return fs.readFileSync(perfMapPath(pid), "utf8");
  } catch {
    // Without trampolines there is none.
    return "";
  }
}

/** What a reader of the report should know. */
function notesOn({ samples, interval, counts }: SampleFile): string[] {
  const notes: string[] = [];
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
    notes.push(`warning: samples of ${percent} % of the time were dropped, -F takes fewer`);
  }
  if (counts.unarmed > 0) {
    notes.push(
      `warning: ${counts.unarmed} threads were not sampled, no timer was to be had: ulimit -i`,
    );
  } else if (missed > 0.1 * counts.cpuTime && missed > 1e8) {
    notes.push(
      `warning: of ${seconds(counts.cpuTime)} of processor time ${seconds(weight)} were seen: ` +
        "threads that block signals or live for a moment only are not",
    );
  }
  return notes;
}

function seconds(nanoseconds: number): string {
  return `${(nanoseconds / 1e9).toFixed(2)} s`;
}

/** Opens programs and libraries for their symbols, and closes them all. */
class FileOpener {
  readonly #descriptors: number[] = [];

  open(path: string): ReadBytes | undefined {
    let descriptor: number;
    try {
      descriptor = fs.openSync(path, "r");
    } catch {
      return undefined;
    }
    this.#descriptors.push(descriptor);
    return (offset, length) => {
      const bytes = new Uint8Array(length);
      const count = fs.readSync(descriptor, bytes, 0, length, offset);
      return bytes.subarray(0, count);
    };
  }

  close(): void {
    for (const descriptor of this.#descriptors) fs.closeSync(descriptor);
  }
}
