import { basename, resolve } from "node:path";

import { PerfError } from "../../base/perf_error.ts";
import { formatFoldedDifference } from "../../report/folded.ts";
import { foldFrames } from "../../report/fold_frames.ts";
import { recordingFacts } from "../../report/format.ts";
import { formatHtmlDifference } from "../../report/html.ts";
import type { Recording } from "../../recording/recording.ts";
import type { Ending } from "../program/child.ts";
import { lastValue, parseFileCommandLine, usageError } from "../command_line.ts";
import { commandHelp } from "../help.ts";
import { parseOptionsOf } from "../options.ts";
import { Progress } from "../progress.ts";
import { readRecordings } from "./recorded.ts";
import { decideReport, reportPath, writeOut, writeReportFile } from "./reports.ts";

/** The help of `diff`. */
export const DIFF_HELP: string = commandHelp("diff", {
  usage: [
    "diff [options] BEFORE AFTER",
  ],
  about: [
    "Compares two recordings of the same event: shows the functions whose share of all " +
    "time has grown or shrunk. Widths are those of AFTER; red is more than before, blue " +
    "is less.",
  ],
});

/**
 * Compares two recordings.
 *
 * @param args The words after `diff`.
 * @throws {PerfError} If the command line is wrong, a file is no recording, or the recordings have
 * no event in common.
 */
export async function diff(args: readonly string[]): Promise<Ending> {
  const { line, files } = parseFileCommandLine(args, parseOptionsOf("diff"));
  if (line.options.has("help")) {
    console.log(DIFF_HELP);
    return { code: 0, signal: null };
  }
  const [first, second] = files;
  if (first === undefined || second === undefined || files.length > 2) {
    throw usageError(`Cannot compare ${files.length} recordings: must be two`);
  }
  const wish = decideReport(line, "html");
  const unknown = wish.formats.find((format) => format !== "html" && format !== "folded");
  if (unknown !== undefined) {
    throw new RangeError(`Cannot compare in format "${unknown}": must be html or folded`);
  }
  const progress = new Progress(wish);
  const { before, after } = sameEvent(
    await readRecordings(first, progress),
    await readRecordings(second, progress),
  );
  const fold = (recording: Recording) => foldFrames(recording, { appOnly: wish.appOnly });
  const pair = { before: fold(before), after: fold(after) };
  const output = lastValue(line, "output");
  for (const format of wish.formats) {
    const content = format === "folded"
      ? formatFoldedDifference(pair.before, pair.after)
      : formatHtmlDifference({ ...pair, names: namesOf(first, second) }, {
        title: `${first} → ${second}`,
        facts: [
          `before: ${recordingFacts(before).join(", ")}`,
          `after: ${recordingFacts(after).join(", ")}`,
        ],
      });
    if (output === "-") {
      writeOut(content);
      continue;
    }
    const { formats } = wish;
    const stem = output ?? second.replace(/(?<=[^/])\.(?:data|json)$/, ".diff.data");
    const file = reportPath(stem, { format, formats, output });
    writeReportFile(file, content);
    if (!wish.isQuiet) console.error(`${format}: ${resolve(file)}`);
  }
  return { code: 0, signal: null };
}

/** Finds the first event that both have counted. */
function sameEvent(
  before: readonly Recording[],
  after: readonly Recording[],
): { before: Recording; after: Recording } {
  for (const one of before) {
    const other = after.find(({ event }) => nameOf(event) === nameOf(one.event));
    if (other !== undefined) return { before: one, after: other };
  }
  const events = (recordings: readonly Recording[]) =>
    recordings.map(({ event }) => event).join(", ") || "nothing";
  throw new PerfError(
    `Cannot compare ${events(before)} with ${events(after)}: must be the same event`,
    { code: "perf", hint: "-e EVENT records another" },
  );
}

/** Returns the name for comparison: both clocks count processor time, so they are one event. */
function nameOf(event: string): string {
  return event.replace(/^task-clock\b/, "cpu-clock").replace(/:.*$/, "");
}

function namesOf(before: string, after: string): { before: string; after: string } {
  const [one, other] = [basename(before), basename(after)];
  return one === other ? { before, after } : { before: one, after: other };
}
