import { PerfError } from "../../base/perf_error.ts";
import type { Ending } from "../program/child.ts";
import { lastValue, parseFileCommandLine, usageError } from "../command_line.ts";
import { commandHelp } from "../help.ts";
import { parseOptionsOf } from "../options.ts";
import { Progress } from "../progress.ts";
import { chosenEvents } from "./events.ts";
import { readRecordings } from "./recorded.ts";
import { decideReport, writeReports } from "./reports.ts";
import { ofChosenSpans, parseSpanChoice } from "./span_choice.ts";

/** The default file, as for `perf report`. */
export const DEFAULT_INPUT = "perf.data";

/** The help of `report`. */
export const REPORT_HELP: string = commandHelp("report", {
  usage: [
    "report [options] [FILE]",
  ],
  about: [
    "Prints a report of a recording by perf or by the built-in sampler (perf.data).",
  ],
});

/**
 * Reports a recording.
 *
 * @param args The words after `report`.
 * @throws {PerfError} If the command line is wrong, or the file is no recording.
 */
export async function report(args: readonly string[]): Promise<Ending> {
  const { line, files } = parseFileCommandLine(args, parseOptionsOf("report"));
  if (line.options.has("help")) {
    console.log(REPORT_HELP);
    return { code: 0, signal: null };
  }
  if (files.length > 1) {
    throw usageError(`Cannot report ${files.length} files: must be one, diff compares two`);
  }
  const [recording = DEFAULT_INPUT] = files;
  const wish = decideReport(line);
  const onNote = (note: string) => {
    if (!wish.isQuiet) console.error(note);
  };
  const recordings = chosenEvents(
    await readRecordings(recording, new Progress(wish), { onNote }),
    line,
  );
  if (recordings.length === 0) {
    throw new PerfError(`Cannot report "${recording}": it has no samples`, { code: "perf" });
  }
  const chosen = ofChosenSpans(recordings, parseSpanChoice(line));
  await writeReports(chosen, wish, { recording, output: lastValue(line, "output") });
  return { code: 0, signal: null };
}
