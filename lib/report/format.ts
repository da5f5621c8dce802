import type { Causes } from "./causes/cause.ts";
import { causesText } from "./text/causes_text.ts";
import { formatCpuProfile, formatCpuProfiles } from "./formats/cpuprofile.ts";
import { formatFirefox } from "./formats/firefox.ts";
import { foldFrames } from "./figures/fold_frames.ts";
import { formatFolded } from "./formats/folded.ts";
import { formatHeapProfile } from "./formats/heapprofile.ts";
import { type ShownIdle, withoutIdle } from "./figures/idle_time.ts";
import { formatHtml } from "./page/html.ts";
import { formatMarkdown } from "./formats/markdown.ts";
import { formatPerfText } from "./text/perf_text.ts";
import { formatPprof } from "./formats/pprof.ts";
import type { Recording } from "../recording/recording.ts";
import { realTimeFacts } from "./figures/real_time_words.ts";
import { collectionFacts, recordingFacts, recordingTitle } from "./figures/recording_words.ts";
import { spanTimeFacts } from "./figures/span_time_words.ts";
import { formatSpeedscope } from "./formats/speedscope.ts";
import { formatText, type TextOptions } from "./text/text.ts";

export { recordingFacts, recordingTitle } from "./figures/recording_words.ts";

/** The formats of reports. */
export type ReportFormat =
  | "text"
  | "perf"
  | "html"
  | "markdown"
  | "cpuprofile"
  | "firefox"
  | "folded"
  | "speedscope"
  | "pprof"
  | "heapprofile";

/** The file name endings of all formats. */
export const FORMAT_ENDINGS: Readonly<Record<ReportFormat, string>> = {
  text: ".txt",
  perf: ".perf.txt",
  html: ".html",
  markdown: ".md",
  cpuprofile: ".cpuprofile",
  firefox: ".firefox.json",
  folded: ".folded",
  speedscope: ".speedscope.json",
  pprof: ".pb.gz",
  heapprofile: ".heapprofile",
};

/** Formats that have times only. */
const FOR_TIMES: readonly ReportFormat[] = ["cpuprofile", "firefox"];

/** Formats that have bytes only. */
const FOR_BYTES: readonly ReportFormat[] = ["heapprofile"];

/**
 * Refuses formats that cannot have what was recorded.
 *
 * @param formats The formats.
 * @param unit The recording's unit.
 * @throws {RangeError} If one has times only, or memory only, and the recording is of the other.
 */
export function checkFormats(formats: readonly ReportFormat[], unit: Recording["unit"]): void {
  const [unusable, subject, content] = unit === "bytes"
    ? [FOR_TIMES, "memory", "times"]
    : [FOR_BYTES, "time", "memory"];
  const format = formats.find((format) => unusable.includes(format));
  if (format === undefined) return;
  throw new RangeError(`Cannot report ${subject} in format "${format}": it has ${content} only`);
}

/**
 * Parses the value of `--format`: one or several, separated by commas.
 *
 * @throws {RangeError} If one is unknown.
 */
export function parseFormats(text: string): ReportFormat[] {
  const names = Object.keys(FORMAT_ENDINGS);
  const formats = text.split(",").map((part) => part.trim()).filter(Boolean);
  const unknown = formats.find((format) => !names.includes(format));
  if (unknown !== undefined || formats.length === 0) {
    throw new RangeError(
      `Cannot report in format "${unknown ?? text}": must be one of ${names.join(", ")}`,
    );
  }
  return [...new Set(formats)] as ReportFormat[];
}

/** A report: bytes, or text in pieces, since V8 has no string of more than 2^29 characters. */
export type ReportContent = Iterable<string> | Uint8Array;

/** Options of {@linkcode formatReport}. */
export interface ReportOptions {
  /** Whether only functions of the program and of its packages are kept. @default {false} */
  appOnly?: boolean;
  /** The idle time that is shown, of a recording of real time. @default {"loop"} */
  idle?: ShownIdle;
  /** Options of the text for a terminal. @default {as in a file} */
  text?: TextOptions;
  /** Warnings on the recording, for formats that can show them. @default {[]} */
  warnings?: readonly string[];
  /** Embed the texts of source files, in formats that have them. @default {true} */
  hasSources?: boolean;
  /** Lines of a Markdown report, at most. @default {400} */
  maxLines?: number;
  /** The reasons for which lines take their time, for text, Markdown and pages. @default {left out} */
  causes?: Causes;
}

/** One file of a report. */
export interface ReportFile {
  /** Part of its name: empty for the report's first file, as `.worker-4711` for another. */
  suffix: string;
  content: ReportContent;
}

/**
 * Makes all files of a report: one, but for `cpuprofile` one a thread.
 *
 * @param recording What was recorded.
 * @param format How it shall look.
 * @param options What to leave out, what to say.
 * @returns The files. Each is made when it is asked for.
 */
export function formatReportFiles(
  recording: Recording,
  format: ReportFormat,
  options: ReportOptions = {},
): Iterable<ReportFile> {
  if (format === "cpuprofile") {
    return formatCpuProfiles(
      foldFrames(withoutIdle(recording, options.idle ?? "loop"), { appOnly: options.appOnly }),
    );
  }
  return [{ suffix: "", content: formatReport(recording, format, options) }];
}

/**
 * A report of a recording in one file; of `cpuprofile` it is the main thread's.
 *
 * @param recording The recording.
 * @param format The format.
 * @param options Options.
 */
export function formatReport(
  recording: Recording,
  format: ReportFormat,
  { appOnly, idle = "loop", text, warnings, hasSources = true, maxLines, causes }: ReportOptions =
    {},
): ReportContent {
  // The text has its own way to leave frames and idle time out.
  if (format === "text") return textWithCauses(recording, { appOnly, idle, text, causes });
  const folded = foldFrames(withoutIdle(recording, idle), { appOnly });
  const sourced = hasSources ? folded : { ...folded, sources: undefined };
  switch (format) {
    case "perf":
      return [
        formatPerfText(folded),
        ...(causes === undefined ? [] : causesText(recording, causes, text)),
      ];
    case "html":
      return formatHtml(
        folded,
        {
          title: recordingTitle(recording),
          facts: [
            ...recordingFacts(recording),
            ...collectionFacts(recording),
            ...realTimeFacts(recording),
            ...spanTimeFacts(recording),
          ],
          warnings,
        },
        { hasSources, causes },
      );
    case "markdown":
      return [
        formatMarkdown(sourced, {
          title: recordingTitle(recording),
          facts: [...recordingFacts(recording), ...collectionFacts(recording)],
          warnings,
          maxLines,
          causes,
        }),
      ];
    case "cpuprofile":
      return formatCpuProfile(folded);
    case "firefox":
      return formatFirefox(sourced, recordingTitle(recording));
    case "folded":
      return formatFolded(folded);
    case "speedscope":
      return formatSpeedscope(folded, recordingTitle(recording));
    case "pprof":
      return formatPprof(folded);
    case "heapprofile":
      return formatHeapProfile(folded);
  }
}

/** The text, with the causes below the lines that they explain. */
function* textWithCauses(
  recording: Recording,
  { appOnly, idle, text, causes }: Pick<ReportOptions, "appOnly" | "idle" | "text" | "causes">,
): Generator<string> {
  yield* formatText(recording, { ...text, appOnly, idle });
  if (causes !== undefined) yield* causesText(recording, causes, text);
}
