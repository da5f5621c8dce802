import { resolve } from "node:path";

import { perfRecordArgs } from "../../perf/perf_record_args.ts";
import { type Ending, runChild, type Signal } from "../program/child.ts";
import { InjectedRecording } from "./jit_recording.ts";
import { NamespaceMaps } from "../logs/namespace_maps.ts";
import type { CommandLine } from "../command_line.ts";
import { KernelStackLimit } from "../../perf/kernel_stack_limit.ts";
import { withoutInterrupts } from "../../perf/perf_tool.ts";
import { type FileState, fileState } from "./output_file.ts";
import { Progress } from "../progress.ts";
import type { ReportWish } from "../report/reports.ts";
import { rotatedFiles, rotationArgs } from "./rotation.ts";
import { readRecordings } from "../report/recorded.ts";
import { watchRecording } from "./recording_progress.ts";
import { LoggedProgram } from "../program/logged_script.ts";
import { SizeLimit } from "./size_limit.ts";
import { nothingMeasured, type ProfileRun, type Recorded } from "./recorded_run.ts";

/** Signals on which perf ends and keeps the recording. Any other would lose it. */
const PERF_SIGNALS: readonly Signal[] = ["SIGINT", "SIGTERM"];

export async function profileWithPerf(
  { program, options, line, naming, report, scope, seconds, rotation, maxStack, maxSize }:
    ProfileRun,
  { event, before, recordArgs }: {
    event: string | undefined;
    before: FileState;
    /** Options of `perf record` besides those that the user has. */
    recordArgs: readonly string[];
  },
): Promise<Recorded> {
  const { env, pid, begin, finish, launcher = [] } = program;
  const command = [...launcher, ...program.command];
  const recording = options.output!;
  const quiet = report.isQuiet ? ["--quiet"] : [];
  const args = [
    ...(rotation === undefined ? [] : rotationArgs(rotation)),
    ...perfRecordArgs({ ...options, event, command, pid }),
  ];
  const old = rotation === undefined ? [] : rotatedFiles(recording);
  // Rotated files are limited by their number.
  const size = new SizeLimit(rotation === undefined ? maxSize : Infinity, {
    path: recording,
    more: () => program instanceof LoggedProgram ? program.logBytes : 0,
    endsProgram: pid === undefined,
  });
  const limit = {
    // A process that runs already is recorded while `sleep` runs.
    seconds: pid === undefined ? seconds : undefined,
    isReached: size.isReached,
    signal: "SIGINT",
  } as const;
  // Not by `using`, which Node has from 24 on.
  const stackLimit = maxStack === undefined ? undefined : new KernelStackLimit(maxStack);
  const progress = new Progress(report);
  const endWatch = watchRecording(progress, recording, { isPerfs: true });
  let ending: Ending;
  let maps: NamespaceMaps | undefined;
  try {
    begin?.();
    ending = await runChild(["perf", "record", ...quiet, ...recordArgs, ...args], {
      env,
      signals: PERF_SIGNALS,
      started: (pid) => maps = new NamespaceMaps(pid),
      limit,
    });
    // The signal ended the recording only, not the process that was recorded.
    if (pid !== undefined && ending.signal === "SIGINT") ending = { code: 0, signal: null };
  } finally {
    stackLimit?.[Symbol.dispose]();
    endWatch();
    maps?.write();
    finish?.();
  }
  const { reached } = size;
  const nothing = () => nothingMeasured(recording, { scope, ending, sampler: "perf", reached });
  if (rotation !== undefined) {
    const files = rotatedFiles(recording).filter((file) => !old.includes(file));
    if (files.length === 0) throw nothing();
    return await readRotated({ ending, files }, { report, progress });
  }
  if (fileState(recording) === before) throw nothing();
  if (naming.kind === "trampolines" && naming.wish.backend === "perf_jit") {
    const injected = await withoutInterrupts(() =>
      readInjected({ ending, recording }, line, progress)
    );
    // perf inject replaces the program's command line by its own.
    return {
      ...injected,
      reached,
      notes: size.notes,
      recordings: injected.recordings.map((read) => ({ ...read, command: program.command })),
    };
  }
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  const recordings = await readRecordings(recording, progress, { onNote });
  // Without a jitdump no stack size is large enough; the user has been warned already.
  return {
    ending,
    recordings,
    recording,
    notes: [...size.notes, ...notes],
    unwinds: false,
    reached,
  };
}

/** Reads the last file of a rotated recording, and lists the others. */
async function readRotated(
  { ending, files }: { ending: Ending; files: readonly string[] },
  { report, progress }: { report: ReportWish; progress: Progress },
): Promise<Recorded> {
  const last = files.at(-1)!;
  const notes: string[] = [];
  const recordings = await readRecordings(last, progress, { onNote: (note) => notes.push(note) });
  notes.push(...files.slice(0, -1).map((file) => `kept: ${resolve(file)}`));
  notes.push(`kept, and reported: ${resolve(last)}`);
  return {
    ending,
    recordings,
    recording: last,
    notes: report.isQuiet ? [] : notes,
    unwinds: false,
  };
}

/** Merges the jitdump into a recording and reads the result, then removes the files for it. */
async function readInjected(
  { ending, recording }: { ending: Ending; recording: string },
  line: CommandLine,
  progress: Progress,
): Promise<Recorded> {
  progress.show(() => "merging the jitdump into the recording");
  const injected = new InjectedRecording(recording);
  const isKept = line.options.has("keep");
  try {
    const recordings = await readRecordings(injected.path, progress);
    const foot = isKept
      ? `# Kept for it: ${injected.files.length} files, /tmp/jit-*.dump, /tmp/jitted-*.so`
      : "# It needs the files that perf inject has made: --keep keeps them.";
    return {
      ending,
      recordings: recordings.map((read) => ({
        ...read,
        lostSamples: Math.max(read.lostSamples, injected.lostChunks),
      })),
      recording: injected.path,
      foot,
    };
  } finally {
    if (!isKept) injected[Symbol.dispose]();
  }
}
