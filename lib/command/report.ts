import { PerfError } from "../perf_error.ts";
import type { Ending } from "./child.ts";
import { lastValue, parseFileCommandLine, REPORT_OPTIONS, usageError } from "./options.ts";
import { Progress } from "./progress.ts";
import { readRecordings } from "./recorded.ts";
import { decideReport, writeReports } from "./reports.ts";

/** What is read where no file is named, as perf does. */
const DEFAULT_INPUT = "perf.data";

/** The help of `report`. */
export const REPORT_HELP = `Usage: report [options] [FILE]

Reports a recording of perf, or of the built-in sampler (perf.data).

Options:
  --format LIST      how, one or several of them with commas between (perf):
                       perf        text, callers above what they call, on standard output
                       html        an interactive flame graph in one file
                       folded      a stack per line, for flamegraph.pl and others
                       speedscope  for speedscope.app
                       pprof       for pprof
  --app-only         only functions of the program and of its packages
  -o, --output FILE  where it goes, - for standard output; beside the recording
                     otherwise, as perf.html; with several formats, their endings
                     are added
  -q, --quiet        no progress, no warnings
  -h, --help         this text
`;

/**
 * Reports a recording.
 *
 * @param args The words after `report`.
 * @throws {PerfError} If the command line is wrong, or the file is no recording.
 */
export async function report(args: readonly string[]): Promise<Ending> {
  const { line, files } = parseFileCommandLine(args, REPORT_OPTIONS);
  if (line.options.has("help")) {
    console.log(REPORT_HELP.trimEnd());
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
  const recordings = await readRecordings(recording, new Progress(wish), { onNote });
  if (recordings.length === 0) {
    throw new PerfError(`Cannot report "${recording}": it has no samples`, { code: "perf" });
  }
  writeReports(recordings, wish, { recording, output: lastValue(line, "output") });
  return { code: 0, signal: null };
}
