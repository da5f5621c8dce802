/*
 * Reports of a recording: text on standard output, all else in files beside the recording.
 */
import * as fs from "node:fs";
import { resolve } from "node:path";
import process from "node:process";

import { PerfError } from "../../base/perf_error.ts";
import { recordingAdvice } from "../../report/advice.ts";
import {
  FORMAT_ENDINGS,
  formatReport,
  parseFormats,
  type ReportContent,
  type ReportFormat,
} from "../../report/format.ts";
import { describeRuntimeShares, runtimeShares } from "../../report/runtime_shares.ts";
import type { Recording } from "../../recording/recording.ts";
import { type CommandLine, lastValue } from "../command_line.ts";
import type { TreeKind } from "../../report/text.ts";
import { terminalOf } from "./output_terminal.ts";
import { eventSuffix, requireOneEvent } from "./events.ts";

/** What the user wants to see. */
export interface ReportWish {
  formats: readonly ReportFormat[];
  /** Whether only the program's own functions and its packages' are shown. */
  appOnly: boolean;
  /** The tree that the text for a terminal ends with. */
  tree: TreeKind;
  /** Whether nothing is said but the report and errors. */
  isQuiet: boolean;
}

/** What the options say about reports. */
export function decideReport(line: CommandLine, byDefault: ReportFormat = "text"): ReportWish {
  return {
    formats: parseFormats(lastValue(line, "format") ?? byDefault),
    appOnly: line.options.has("app-only"),
    tree: parseTree(lastValue(line, "tree") ?? "own"),
    isQuiet: line.options.has("quiet"),
  };
}

/** The formats that a person reads where the command was given. */
export const FOR_TERMINALS: readonly ReportFormat[] = ["text", "perf"];

function parseTree(text: string): TreeKind {
  if (text === "own" || text === "full") return text;
  throw new RangeError(`Cannot show tree "${text}": must be one of own, full`);
}

/** What is reported, and where it goes. */
export interface ReportPlace {
  /** The file that was recorded. */
  recording: string;
  /** Where reports go; beside the recording where this is `undefined`, `-` is standard output. */
  output?: string;
  /** Whether another size of copied stacks can mend those that are cut. @default {true} */
  unwinds?: boolean;
}

/**
 * Writes the reports of a recording, and says what is missing in it.
 *
 * @param recordings One an event.
 * @param wish What the user wants to see.
 * @param place Where it goes.
 */
export function writeReports(
  recordings: readonly Recording[],
  { formats, appOnly, tree, isQuiet }: ReportWish,
  { recording: path, output, unwinds }: ReportPlace,
): void {
  // The text tells events apart, as perf's does.
  if (output === "-" && formats.some((format) => !FOR_TERMINALS.includes(format))) {
    requireOneEvent(recordings, output);
  }
  for (const [i, recording] of recordings.entries()) {
    const warnings = recordingAdvice(recording, { unwinds });
    if (!isQuiet) { for (const warning of warnings) console.error(`warning: ${warning}`); }
    const event = eventSuffix(recordings, i);
    for (const format of formats) {
      const isPrinted = output === "-" ||
        (FOR_TERMINALS.includes(format) && output === undefined);
      const terminal = isPrinted ? terminalOf() : undefined;
      const text = { tree, terminal, directory: process.cwd() };
      const content = formatReport(recording, format, { appOnly, text, warnings });
      if (isPrinted) {
        writeOut(content);
        if (FOR_TERMINALS.includes(format)) writeOut([textFoot(recording, path, format)]);
        continue;
      }
      const file = reportPath(path, { format, output, formats, event });
      writeReportFile(file, content);
      if (!isQuiet) console.error(`${format}: ${resolve(file)}`);
    }
  }
}

/** What stands below the text. */
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
${runtime}# Callers stand above what they call, and count it; frames without a name are left out.
# Recorded in ${fs.realpathSync(path)}${more}
`;
}

/**
 * Where a report goes: `perf.html` beside `perf.data`; what `-o` says where there is one format,
 * and what it says with the format's own ending where there are several.
 *
 * @param recording The file that was recorded.
 * @param options The format, all formats, what `-o` says, and what tells events apart.
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
  const stem = (output ?? recording).replace(/(?<=[^/])\.(?:data|json|html|folded|txt)$/, "");
  return `${stem}${event}${FORMAT_ENDINGS[format]}`;
}

/** All of it, or nothing of it: a report that is being looked at stays whole. */
export function writeReportFile(path: string, content: ReportContent): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    if (fs.existsSync(path) && !fs.statSync(path).isFile()) {
      // A pipe or a terminal, as /dev/stdout.
      writePieces(path, content);
      return;
    }
    writePieces(temporary, content);
    fs.renameSync(temporary, path);
  } catch (cause) {
    fs.rmSync(temporary, { force: true });
    throw new PerfError(`Cannot write "${path}": ${(cause as Error).message}`, {
      code: "file",
      hint: "-o FILE names another place",
      cause,
    });
  }
}

/** Waits, as a pipe may be full; a reader who has seen enough is no error. */
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
