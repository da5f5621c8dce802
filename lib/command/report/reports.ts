/*
 * Writes reports of a recording: text to standard output, other formats to files beside the
 * recording.
 */
import * as fs from "node:fs";
import { resolve } from "node:path";
import process from "node:process";

import { PerfError } from "../../base/perf_error.ts";
import { systemReason } from "../../base/system_reason.ts";
import { recordingAdvice } from "../../report/figures/advice.ts";
import { causesOf } from "../../report/causes/causes.ts";
import {
  checkFormats,
  FORMAT_ENDINGS,
  formatReportFiles,
  parseFormats,
  type ReportContent,
  type ReportFormat,
} from "../../report/format.ts";
import { SHOWN_IDLE, type ShownIdle } from "../../report/figures/idle_time.ts";
import { LEAST_LINES } from "../../report/formats/markdown.ts";
import { describeRuntimeShares, runtimeShares } from "../../report/figures/runtime_shares.ts";
import type { Recording } from "../../recording/recording.ts";
import { SPAN_TIME_EVENT } from "../../recording/span_time/span_time_event.ts";
import { type CommandLine, lastValue, usageError } from "../command_line.ts";
import type { TreeKind } from "../../report/text/text.ts";
import { terminalOf } from "./output_terminal.ts";
import { eventSuffix, requireOneEvent } from "./events.ts";

/** The report that the user wants. */
export interface ReportWish {
  formats: readonly ReportFormat[];
  /** Whether only functions of the program and of its packages are shown. */
  appOnly: boolean;
  /** The idle time that is shown, of a recording of real time. */
  idle: ShownIdle;
  /** Whether pages have the texts of source files. */
  hasSources: boolean;
  /** The tree that the text for a terminal ends with. */
  tree: TreeKind;
  /** Whether the command prints nothing but the report and errors. */
  isQuiet: boolean;
  /** Lines of a report in Markdown, at most. @default {400} */
  maxLines?: number;
}

/** Reads the options on reports. */
export function decideReport(line: CommandLine, byDefault: ReportFormat = "text"): ReportWish {
  return {
    formats: parseFormats(lastValue(line, "format") ?? byDefault),
    appOnly: line.options.has("app-only"),
    idle: parseIdle(lastValue(line, "idle") ?? "loop"),
    hasSources: !line.options.has("no-source"),
    tree: parseTree(lastValue(line, "tree") ?? "own"),
    isQuiet: line.options.has("quiet"),
    maxLines: parseMaxLines(lastValue(line, "max-lines")),
  };
}

/** The formats that a person reads where the command was given. */
export const FOR_TERMINALS: readonly ReportFormat[] = ["text", "perf"];

/** Formats that say why lines take their time. */
const WITH_CAUSES: readonly ReportFormat[] = ["text", "perf", "markdown", "html"];

function parseTree(text: string): TreeKind {
  if (text === "own" || text === "full") return text;
  throw new RangeError(`Cannot show tree "${text}": must be one of own, full`);
}

function parseIdle(text: string): ShownIdle {
  const shown = SHOWN_IDLE.find((known) => known === text);
  if (shown !== undefined) return shown;
  throw new RangeError(
    `Cannot show idle time "${text}": must be one of ${SHOWN_IDLE.join(", ")}`,
  );
}

function parseMaxLines(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const lines = Number(text);
  if (Number.isInteger(lines) && lines >= LEAST_LINES) return lines;
  throw usageError(
    `Cannot use --max-lines "${text}": must be a whole number from ${LEAST_LINES} on`,
  );
}

/** The file of the recording, and the place of its reports. */
export interface ReportPlace {
  /** The file of the recording. */
  recording: string;
  /** The file of the report; `-` is standard output. @default {a file beside the recording} */
  output?: string;
  /** Whether copying more of each stack can mend stacks that are cut. @default {true} */
  unwinds?: boolean;
}

/**
 * Writes the reports of a recording, and warns of data that it lacks.
 *
 * @param recordings One recording for each event.
 * @param wish The report that the user wants.
 * @param place The place of the reports.
 */
export async function writeReports(
  recordings: readonly Recording[],
  { formats, appOnly, idle, tree, hasSources, isQuiet, maxLines }: ReportWish,
  { recording: path, output, unwinds }: ReportPlace,
): Promise<void> {
  for (const { unit } of recordings) checkFormats(formats, unit);
  // The text tells events apart, as perf's does.
  if (output === "-" && formats.some((format) => !FOR_TERMINALS.includes(format))) {
    requireOneEvent(recordings, output);
  }
  for (const [i, recording] of recordings.entries()) {
    const warnings = recordingAdvice(recording, { unwinds });
    if (!isQuiet) { for (const warning of warnings) console.error(`warning: ${warning}`); }
    const event = eventSuffix(recordings, i);
    // Causes are reasons for which lines take time.
    const hasCauses = recording.unit !== "bytes" && recording.event !== SPAN_TIME_EVENT;
    const causes = hasCauses && formats.some((format) => WITH_CAUSES.includes(format))
      ? await causesOf(recording)
      : undefined;
    for (const format of formats) {
      const isPrinted = FOR_TERMINALS.includes(format);
      const toOutput = output === "-" || (isPrinted && output === undefined);
      const terminal = toOutput ? terminalOf() : undefined;
      const text = { tree, terminal, directory: process.cwd() };
      const options = { appOnly, idle, text, warnings, hasSources, maxLines, causes };
      let left = 0;
      for (const { suffix, content } of formatReportFiles(recording, format, options)) {
        if (!toOutput) {
          const file = reportPath(path, { format, output, formats, event: event + suffix });
          writeReportFile(file, content);
          if (!isQuiet) console.error(`${format}: ${resolve(file)}`);
          continue;
        }
        // Standard output has room for one file.
        if (suffix !== "") left++;
        else writeOut(content);
      }
      if (toOutput && isPrinted) writeOut([textFoot(recording, path, format)]);
      if (left > 0 && !isQuiet) {
        console.error(
          `${format}: other threads are left out (${left}), -o FILE has a file for each`,
        );
      }
    }
  }
}

/** Returns the lines below a text report. */
function textFoot(recording: Recording, path: string, format: ReportFormat): string {
  if (format === "text") {
    return `\nRecorded in ${
      fs.realpathSync(path)
    }: annotate shows the lines of a function, report --format html a flame graph\n`;
  }
  const { sampler } = recording;
  const shares = describeRuntimeShares(runtimeShares(recording));
  const runtime = shares === "" ? "" : `# The runtime itself, of all time: ${shares}.\n`;
  const more = sampler === "perf" ? `; every frame: perf report --stdio -n -g -i ${path}` : "";
  return `\
#
${runtime}# Callers stand above callees, and count them; frames without a name are left out.
# Recorded in ${fs.realpathSync(path)}${more}
`;
}

/**
 * Returns the path of a report: `perf.html` beside `perf.data`, or the value of `-o`. With several
 * formats the value of `-o` gets the format's ending.
 *
 * @param recording The file of the recording.
 * @param options The format, all formats, the value of `-o`, and an infix for event and thread.
 */
export function reportPath(
  recording: string,
  { format, formats, output, event = "" }: {
    format: ReportFormat;
    formats: readonly ReportFormat[];
    output?: string;
    event?: string;
  },
): string {
  if (output !== undefined && formats.length === 1 && event === "") return output;
  const stem = (output ?? recording).replace(
    /(?<=[^/])\.(?:data|json|html|folded|txt|md|cpuprofile|heapprofile)$/,
    "",
  );
  return `${stem}${event}${FORMAT_ENDINGS[format]}`;
}

/** Replaces a report as a whole, so that a program that reads the old one is not disturbed. */
export function writeReportFile(path: string, content: ReportContent): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    if (fs.existsSync(path) && !fs.statSync(path).isFile()) {
      // A pipe or a terminal, as /dev/stdout, cannot be replaced.
      writePieces(path, content);
      return;
    }
    writePieces(temporary, content);
    fs.renameSync(temporary, path);
  } catch (cause) {
    fs.rmSync(temporary, { force: true });
    throw new PerfError(`Cannot write "${path}": ${systemReason(cause)}`, {
      code: "file",
      hint: "-o FILE names another place",
      cause,
    });
  }
}

/**
 * Writes to standard output. Waits while a pipe is full; a reader that has closed it is no error.
 */
export function writeOut(content: ReportContent): void {
  for (const bytes of bytesOf(content)) {
    if (!writeBytesOut(bytes)) return;
  }
}

/**
 * Writes to standard output or to standard error, and waits as a pipe may be full.
 *
 * @returns `false` where the reader has gone.
 */
export function writeBytesOut(bytes: Uint8Array, stream: 1 | 2 = 1): boolean {
  for (let written = 0; written < bytes.length;) {
    try {
      written += fs.writeSync(stream, bytes, written);
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === "EPIPE") return false;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
  return true;
}

/** Characters that are gathered for one write. */
const PER_WRITE = 1 << 20;

function* bytesOf(content: ReportContent): Generator<Uint8Array> {
  if (content instanceof Uint8Array) return yield content;
  const encoder = new TextEncoder();
  let [pieces, length]: [string[], number] = [[], 0];
  for (const piece of content) {
    pieces.push(piece);
    length += piece.length;
    if (length < PER_WRITE) continue;
    yield encoder.encode(pieces.join(""));
    [pieces, length] = [[], 0];
  }
  yield encoder.encode(pieces.join(""));
}

function writePieces(path: string, content: ReportContent): void {
  const file = fs.openSync(path, "w");
  try {
    for (const bytes of bytesOf(content)) {
      for (let written = 0; written < bytes.length;) {
        written += fs.writeSync(file, bytes, written);
      }
    }
  } finally {
    fs.closeSync(file);
  }
}
