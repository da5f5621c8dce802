import { rmSync } from "node:fs";
import { DEFAULT_FREQUENCY } from "../../perf/perf_record_args.ts";
import { findLogs } from "../../v8_log/log_directory.ts";
import { parseLogName } from "../../v8_log/log_name.ts";
import { recordBuiltin } from "./builtin_recording.ts";
import { LoggedProgram } from "../program/logged_script.ts";
import { Progress } from "../progress.ts";
import { readFoundLogs } from "../logs/v8_logs.ts";
import type { ProfileRun, Recorded } from "./recorded_run.ts";
import { withSpans } from "../report/span_choice.ts";
import { writeRecording } from "./write_recording.ts";

/**
 * Looks per second at each thread where the user names no number. A look wakes up a thread and
 * interrupts another, so it costs more than a sample of the processor's time, which the timer's tick
 * takes.
 */
const WALL_FREQUENCY = 99;

export async function profileBuiltin(
  { program, options, report, scope, seconds, maxSize }: ProfileRun,
): Promise<Recorded> {
  const { isOfRealTime, output } = options;
  const { frequency = isOfRealTime ? WALL_FREQUENCY : DEFAULT_FREQUENCY } = options;
  const progress = new Progress(report);
  const logs = program instanceof LoggedProgram ? program.directory.path : undefined;
  const { ending, recording, reached, notes } = await recordBuiltin(program, {
    frequency,
    time: isOfRealTime ? "wall" : "cpu",
    seconds,
    maxSize,
    isWhole: scope.kind === "all",
    logBytes: () => program instanceof LoggedProgram ? program.logBytes : 0,
    progress,
    readLogs: logs === undefined ? undefined : () => {
      const found = findLogs({ recording: output! });
      // The sampler, like V8, knows the process by its number in its own pid namespace.
      return readFoundLogs(found, { progress, pidOf: ({ name }) => parseLogName(name)!.pid });
    },
  });
  // The recording has the logs' names and lines already.
  if (logs !== undefined) rmSync(logs, { recursive: true, force: true });
  if (recording === undefined) return { ending, recordings: [], recording: output!, reached };
  writeRecording(output!, recording);
  return { ending, recordings: withSpans([recording], output!), recording: output!, notes };
}
