import { foldFrames } from "./fold_frames.ts";
import { formatFolded } from "./folded.ts";
import { formatHtml } from "./html.ts";
import { formatPerfText } from "./perf_text.ts";
import { formatPprof } from "./pprof.ts";
import type { Recording } from "../recording/recording.ts";
import { recordingFacts, recordingTitle } from "./recording_words.ts";
import { formatSpeedscope } from "./speedscope.ts";
import { formatText, type TextOptions } from "./text.ts";

export { recordingFacts, recordingTitle } from "./recording_words.ts";

/** How a report can look. */
export type ReportFormat = "text" | "perf" | "html" | "folded" | "speedscope" | "pprof";

/** The formats, and how the names of their files end. */
export const FORMAT_ENDINGS: Readonly<Record<ReportFormat, string>> = {
  text: ".txt",
  perf: ".perf.txt",
  html: ".html",
  folded: ".folded",
  speedscope: ".speedscope.json",
  pprof: ".pb.gz",
};

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
  /** Keep the functions of the program and of its packages only. @default {false} */
  appOnly?: boolean;
  /** How the text for a terminal looks. @default {as in a file} */
  text?: TextOptions;
  /** What is wrong with the recording, for those formats that can say it. @default {[]} */
  warnings?: readonly string[];
}

/**
 * A report of a recording.
 *
 * @param recording What was recorded.
 * @param format How it shall look.
 * @param options What to leave out, what to say.
 */
export function formatReport(
  recording: Recording,
  format: ReportFormat,
  { appOnly, text, warnings }: ReportOptions = {},
): ReportContent {
  // The text has its own way to leave frames out.
  if (format === "text") return formatText(recording, { ...text, appOnly });
  const folded = foldFrames(recording, { appOnly });
  switch (format) {
    case "perf":
      return [formatPerfText(folded)];
    case "html":
      return formatHtml(folded, {
        title: recordingTitle(recording),
        facts: recordingFacts(recording),
        warnings,
      });
    case "folded":
      return formatFolded(folded);
    case "speedscope":
      return formatSpeedscope(folded, recordingTitle(recording));
    case "pprof":
      return formatPprof(folded);
  }
}
