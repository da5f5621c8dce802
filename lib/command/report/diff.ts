import { basename, resolve } from "node:path";

import { PerfError } from "../../base/perf_error.ts";
import { formatFoldedDifference } from "../../report/folded.ts";
import { foldFrames } from "../../report/fold_frames.ts";
import { recordingFacts, type ReportContent, type ReportFormat } from "../../report/format.ts";
import { formatHtmlDifference } from "../../report/html.ts";
import type { Recording } from "../../recording/recording.ts";
import type { Ending } from "../program/child.ts";
import { lastValue, parseFileCommandLine, usageError } from "../command_line.ts";
import { commandHelp } from "../help.ts";
import { parseOptionsOf } from "../options.ts";
import { Progress } from "../progress.ts";
import { readRecordings } from "./recorded.ts";
import { chosenEvents, eventNames, eventSuffix, isSameEvent, requireOneEvent } from "./events.ts";
import { decideReport, reportPath, type ReportWish, writeOut, writeReportFile } from "./reports.ts";

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
  const pairs = samePairs(
    chosenEvents(await readRecordings(first, progress), line),
    chosenEvents(await readRecordings(second, progress), line),
  );
  const output = lastValue(line, "output");
  if (output === "-") requireOneEvent(pairs.map(({ after }) => after), output);
  for (const [i, pair] of pairs.entries()) {
    const event = eventSuffix(pairs.map(({ after }) => after), i);
    for (const format of wish.formats) {
      const content = formatDifference(pair, { format, first, second, wish });
      if (output === "-") {
        writeOut(content);
        continue;
      }
      const { formats } = wish;
      const stem = output ?? second.replace(/(?<=[^/])\.(?:data|json)$/, ".diff.data");
      const file = reportPath(stem, { format, formats, output, event });
      writeReportFile(file, content);
      if (!wish.isQuiet) console.error(`${format}: ${resolve(file)}`);
    }
  }
  return { code: 0, signal: null };
}

/** Two recordings of one event. */
interface RecordingPair {
  before: Recording;
  after: Recording;
}

function formatDifference(
  { before, after }: RecordingPair,
  { format, first, second, wish }: {
    format: ReportFormat;
    first: string;
    second: string;
    wish: ReportWish;
  },
): ReportContent {
  const fold = (recording: Recording) => foldFrames(recording, { appOnly: wish.appOnly });
  if (format === "folded") return formatFoldedDifference(fold(before), fold(after));
  return formatHtmlDifference(
    { before: fold(before), after: fold(after), names: namesOf(first, second) },
    {
      title: `${first} → ${second}`,
      facts: [
        `before: ${recordingFacts(before).join(", ")}`,
        `after: ${recordingFacts(after).join(", ")}`,
      ],
    },
  );
}

/** The recordings of each event that both files have. */
function samePairs(
  before: readonly Recording[],
  after: readonly Recording[],
): RecordingPair[] {
  const pairs = before.flatMap((one) => {
    const other = after.find(({ event }) => isSameEvent(event, one.event));
    return other === undefined ? [] : [{ before: one, after: other }];
  });
  if (pairs.length > 0) return pairs;
  throw new PerfError(
    `Cannot compare ${eventNames(before)} with ${eventNames(after)}: must be the same event`,
    { code: "perf", hint: "-e EVENT records another" },
  );
}

function namesOf(before: string, after: string): { before: string; after: string } {
  const [one, other] = [basename(before), basename(after)];
  return one === other ? { before, after } : { before: one, after: other };
}
