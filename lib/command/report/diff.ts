import { basename, resolve } from "node:path";
import process from "node:process";

import { PerfError } from "../../base/perf_error.ts";
import { differenceOf } from "../../report/difference/difference.ts";
import { differenceText } from "../../report/difference/difference_text.ts";
import { withLinesOf } from "../../report/difference/moved_functions.ts";
import { unlikenessOf } from "../../report/difference/likeness.ts";
import { formatFoldedDifference } from "../../report/formats/folded.ts";
import { foldFrames } from "../../report/figures/fold_frames.ts";
import { recordingFacts, type ReportContent } from "../../report/format.ts";
import { formatHtmlDifference } from "../../report/page/html.ts";
import type { Recording } from "../../recording/recording.ts";
import type { Ending } from "../program/child.ts";
import { lastValue, parseFileCommandLine, usageError } from "../command_line.ts";
import { commandHelp } from "../help.ts";
import { parseOptionsOf } from "../options.ts";
import { Progress } from "../progress.ts";
import { readRecordings } from "./recorded.ts";
import { chosenEvents, eventNames, eventSuffix, isSameEvent, requireOneEvent } from "./events.ts";
import { decideReport, type ReportWish, writeOut, writeReportFile } from "./reports.ts";

/** The help of `diff`. */
export const DIFF_HELP: string = commandHelp("diff", {
  usage: [
    "diff [options] BEFORE AFTER",
  ],
  about: [
    "Compares two recordings of the same event: first all time, then the functions and lines " +
    "that have lost and gained time. Functions are matched by name and file, lines by their " +
    "text. In the page widths are those of AFTER; red is more than before, blue is less.",
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
  const formats = differenceFormats(lastValue(line, "format") ?? "text");
  const wish = decideReport(line);
  const progress = new Progress(wish);
  const pairs = recordingPairs(
    chosenEvents(await readRecordings(first, progress), line),
    chosenEvents(await readRecordings(second, progress), line),
    { isForced: line.options.has("force") },
  );
  const byShares = line.options.has("shares");
  const output = lastValue(line, "output");
  if (output === "-") requireOneEvent(pairs.map(({ after }) => after), output);
  for (const [i, pair] of pairs.entries()) {
    const event = eventSuffix(pairs.map(({ after }) => after), i);
    for (const format of formats) {
      const content = formatDifference(pair, { format, first, second, wish, byShares });
      if (output === "-" || (format === "text" && output === undefined)) {
        writeOut(content);
        continue;
      }
      const stem = output ?? second.replace(/(?<=[^/])\.(?:data|json)$/, ".diff.data");
      const file = differencePath(stem, { format, isOnly: formats.length === 1, output, event });
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

/** The formats of a comparison. */
type DifferenceFormat = "text" | "html" | "folded";

/** Their file name endings. */
const ENDINGS: Readonly<Record<DifferenceFormat, string>> = {
  text: ".txt",
  html: ".html",
  folded: ".folded",
};

/** Parses the value of `--format`: one or several, separated by commas. */
function differenceFormats(text: string): DifferenceFormat[] {
  const formats = text.split(",").map((part) => part.trim()).filter(Boolean);
  const unknown = formats.find((format) => !Object.hasOwn(ENDINGS, format));
  if (unknown === undefined && formats.length > 0) {
    return [...new Set(formats)] as DifferenceFormat[];
  }
  throw new RangeError(
    `Cannot compare in format "${unknown ?? text}": must be text, html or folded`,
  );
}

/** The file of a comparison: the value of `-o`, or one beside the second recording. */
function differencePath(
  stem: string,
  { format, isOnly, output, event }: {
    format: DifferenceFormat;
    isOnly: boolean;
    output: string | undefined;
    event: string;
  },
): string {
  if (output !== undefined && isOnly && event === "") return output;
  return stem.replace(/(?<=[^/])\.(?:data|json|html|folded|txt)$/, "") + event + ENDINGS[format];
}

function formatDifference(
  { before: moved, after }: RecordingPair,
  { format, first, second, wish, byShares }: {
    format: DifferenceFormat;
    first: string;
    second: string;
    wish: ReportWish;
    byShares: boolean;
  },
): ReportContent {
  if (format === "text") {
    return differenceText(differenceOf(moved, after), {
      names: namesOf(first, second),
      unit: after.unit,
      event: after.event,
      byShares,
      directory: process.cwd(),
    });
  }
  const before = withLinesOf(moved, after);
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
    { hasSources: wish.hasSources },
  );
}

/**
 * The recordings of each event that both files have.
 *
 * @param options Whether unlike recordings are compared too.
 * @throws {PerfError} If there are none, or the recordings are unlike.
 */
function recordingPairs(
  before: readonly Recording[],
  after: readonly Recording[],
  { isForced }: { isForced: boolean },
): RecordingPair[] {
  const pairs = before.flatMap((one) => {
    const other = after.find(({ event }) => isSameEvent(event, one.event));
    return other === undefined ? [] : [{ before: one, after: other }];
  });
  const [first] = before;
  const [second] = after;
  const isComparable = (first?.unit === "bytes") === (second?.unit === "bytes");
  if (
    pairs.length === 0 && isForced && isComparable && first !== undefined && second !== undefined
  ) {
    return [{ before: first, after: second }];
  }
  if (pairs.length === 0) {
    throw new PerfError(
      `Cannot compare ${eventNames(before)} with ${eventNames(after)}: must be the same event`,
      {
        code: "perf",
        hint: isComparable
          ? "-e EVENT records another, --force compares these"
          : "record both in one way: bytes are no time",
      },
    );
  }
  if (isForced) return pairs;
  for (const pair of pairs) {
    const [unlike] = unlikenessOf(pair.before, pair.after, isSameEvent);
    if (unlike === undefined) continue;
    throw new PerfError(
      `Cannot compare ${unlike.fact} ${unlike.before} with ${unlike.after}: must be the same`,
      { code: "perf", hint: "record both in one way, or compare these by --force" },
    );
  }
  return pairs;
}

function namesOf(before: string, after: string): { before: string; after: string } {
  const [one, other] = [basename(before), basename(after)];
  return one === other ? { before, after } : { before: one, after: other };
}
