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
import { nothingMeasured, type ProfileRun, type Recorded } from "./recorded_run.ts";

/** Signals on which perf ends and keeps the recording. Any other would lose it. */
const PERF_SIGNALS: readonly Signal[] = ["SIGINT", "SIGTERM"];

export async function profileWithPerf(
  { program, options, line, naming, report, seconds, rotation, maxStack }: ProfileRun,
  { event, before, controlArgs }: {
    event: string | undefined;
    before: FileState;
    controlArgs: readonly string[];
  },
): Promise<Recorded> {
  const { env, pid, begin, finish, launcher = [] } = program;
  const command = [...launcher, ...program.command];
  const recording = options.output!;
  const quiet = report.isQuiet ? ["--quiet"] : [];
  const recordArgs = [
    ...(rotation === undefined ? [] : rotationArgs(rotation)),
    ...perfRecordArgs({ ...options, event, command, pid }),
  ];
  const old = rotation === undefined ? [] : rotatedFiles(recording);
  const limit = pid !== undefined || seconds === undefined
    ? undefined
    : { seconds, signal: "SIGINT" } as const;
  // Not by `using`, which Node has from 24 on.
  const stackLimit = maxStack === undefined ? undefined : new KernelStackLimit(maxStack);
  begin?.();
  const progress = new Progress(report);
  const endWatch = watchRecording(progress, recording, { isPerfs: true });
  let ending: Ending;
  let maps: NamespaceMaps | undefined;
  try {
    ending = await runChild(["perf", "record", ...quiet, ...controlArgs, ...recordArgs], {
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
  if (rotation !== undefined) {
    const files = rotatedFiles(recording).filter((file) => !old.includes(file));
    return await readRotated({ ending, recording, files }, { report, progress });
  }
  if (fileState(recording) === before) throw nothingMeasured(recording, ending);
  if (naming.kind === "trampolines" && naming.wish.backend === "perf_jit") {
    const injected = await withoutInterrupts(() =>
      readInjected({ ending, recording }, line, progress)
    );
    // perf inject replaces the program's command line by its own.
    return {
      ...injected,
      recordings: injected.recordings.map((read) => ({ ...read, command: program.command })),
    };
  }
  const onNote = (note: string) => {
    if (!report.isQuiet) console.error(note);
  };
  const recordings = await readRecordings(recording, progress, { onNote });
  // Without a jitdump no stack size is large enough; the user has been warned already.
  return { ending, recordings, recording, unwinds: false };
}

/** Reads the last file of a rotated recording, and lists the others. */
async function readRotated(
  { ending, recording, files }: { ending: Ending; recording: string; files: readonly string[] },
  { report, progress }: { report: ReportWish; progress: Progress },
): Promise<Recorded> {
  const last = files.at(-1);
  if (last === undefined) throw nothingMeasured(recording, ending);
  const onNote = (note: string) => {
    if (!report.isQuiet) console.error(note);
  };
  const recordings = await readRecordings(last, progress, { onNote });
  if (!report.isQuiet) {
    for (const file of files.slice(0, -1)) console.error(`kept: ${resolve(file)}`);
    console.error(`kept, and reported: ${resolve(last)}`);
  }
  return { ending, recordings, recording: last, unwinds: false };
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
