import { perfRecordArgs } from "../../perf/perf_record_args.ts";
import { type Ending, runChild, type Signal } from "../program/child.ts";
import { InjectedRecording } from "./jit_recording.ts";
import { NamespaceMaps } from "../logs/namespace_maps.ts";
import type { CommandLine } from "../command_line.ts";
import { withoutInterrupts } from "../../perf/perf_tool.ts";
import { type FileState, fileState } from "./output_file.ts";
import { Progress } from "../progress.ts";
import { readRecordings } from "../report/recorded.ts";
import { watchRecording } from "./recording_progress.ts";
import { nothingMeasured, type ProfileRun, type Recorded } from "./recorded_run.ts";

/** perf ends the recording, and keeps it, on these; any other would lose it. */
const PERF_SIGNALS: readonly Signal[] = ["SIGINT", "SIGTERM"];

export async function profileWithPerf(
  { program, options, line, naming, report, seconds }: ProfileRun,
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
  const args = perfRecordArgs({ ...options, event, command, pid });
  const limit = pid !== undefined || seconds === undefined
    ? undefined
    : { seconds, signal: "SIGINT" } as const;
  begin?.();
  const progress = new Progress(report);
  const endWatch = watchRecording(progress, recording, { isPerfs: true });
  let ending: Ending;
  let maps: NamespaceMaps | undefined;
  try {
    ending = await runChild(["perf", "record", ...quiet, ...recordArgs, ...args], {
      env,
      signals: PERF_SIGNALS,
      started: (pid) => maps = new NamespaceMaps(pid),
      limit,
    });
    // That was the recording's end, and nobody else's.
    if (pid !== undefined && ending.signal === "SIGINT") ending = { code: 0, signal: null };
  } finally {
    endWatch();
    maps?.write();
    finish?.();
  }
  if (fileState(recording) === before) throw nothingMeasured(recording, ending);
  if (naming.kind === "trampolines" && naming.wish.backend === "perf_jit") {
    const injected = await withoutInterrupts(() =>
      readInjected({ ending, recording }, line, progress)
    );
    // perf inject puts its own command line in the place of the program's.
    return {
      ...injected,
      recordings: injected.recordings.map((read) => ({ ...read, command: program.command })),
    };
  }
  const onNote = (note: string) => {
    if (!report.isQuiet) console.error(note);
  };
  const recordings = await readRecordings(recording, progress, { onNote });
  // Without a jitdump no size is large enough, and that has been said.
  return { ending, recordings, recording, unwinds: false };
}

/** Reads what perf inject makes of a recording, and removes what it needed for that. */
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
