import * as fs from "node:fs";
import { resolve } from "node:path";
import process from "node:process";

import { PerfError } from "../../base/perf_error.ts";
import type { Recording } from "../../recording/recording.ts";
import { amountText } from "../../report/figures/amounts.ts";
import { causesOf } from "../../report/causes/causes.ts";
import { annotatedLines } from "../../report/text/annotated_lines.ts";
import {
  type AnnotationTarget,
  findTargets,
  targetName,
} from "../../report/text/annotation_target.ts";
import { formatAnnotation } from "../../report/text/annotation.ts";
import { foldFrames } from "../../report/figures/fold_frames.ts";
import { SourceLines } from "../../report/text/hot_lines.ts";
import { parseFileCommandLine, usageError } from "../command_line.ts";
import { commandHelp } from "../help.ts";
import { parseOptionsOf } from "../options.ts";
import type { Ending } from "../program/child.ts";
import { Progress } from "../progress.ts";
import { chosenEvents } from "../report/events.ts";
import { terminalOf } from "../report/output_terminal.ts";
import { readRecordings } from "../report/recorded.ts";
import { DEFAULT_INPUT } from "../report/report.ts";
import { writeOut } from "../report/reports.ts";

/** The help of `annotate`. */
export const ANNOTATE_HELP: string = commandHelp("annotate", {
  usage: ["annotate [options] FUNCTION|FILE [RECORDING]"],
  about: [
    "Prints the lines of a function or a file, each with its share of the program's time: " +
    "self is time on the line and in builtins and native code that it calls, total counts " +
    "all that it calls. A function is meant by its name, or by name:file:line as reports " +
    "have it. Below a line stands why it takes its time, where V8's log or the samples show " +
    "that. RECORDING is perf.data where none is named.",
  ],
});

/**
 * Prints a file's lines with the time that they took.
 *
 * @param args The words after `annotate`.
 * @throws {PerfError} If the command line is wrong, the file is no recording, or it has no such lines.
 */
export async function annotate(args: readonly string[]): Promise<Ending> {
  const { line, files } = parseFileCommandLine(args, parseOptionsOf("annotate"));
  if (line.options.has("help")) {
    console.log(ANNOTATE_HELP);
    return { code: 0, signal: null };
  }
  const [wanted, path = DEFAULT_INPUT, ...rest] = files;
  if (wanted === undefined || rest.length > 0) {
    throw usageError(
      `Cannot annotate: ${files.length} words, must be a function or a file, and at most a recording`,
    );
  }
  const isQuiet = line.options.has("quiet");
  const onNote = (note: string) => {
    if (!isQuiet) console.error(note);
  };
  const recordings = chosenEvents(
    await readRecordings(path, new Progress({ isQuiet }), { onNote }),
    line,
  );
  if (recordings.length === 0) {
    throw new PerfError(`Cannot annotate "${path}": it has no samples`, { code: "perf" });
  }
  for (const recording of recordings) {
    if (recordings.length > 1) console.log(`${recording.event}:`);
    writeOut(
      await annotation(recording, { wanted, path, isWhole: line.options.has("all"), onNote }),
    );
  }
  return { code: 0, signal: null };
}

async function annotation(
  recording: Recording,
  { wanted, path, isWhole, onNote }: {
    wanted: string;
    path: string;
    isWhole: boolean;
    onNote: (note: string) => void;
  },
): Promise<Iterable<string>> {
  const folded = foldFrames(recording);
  const targets = findTargets(folded, wanted, [resolve(wanted)]);
  if (targets.length === 0) {
    throw new PerfError(`Cannot annotate "${wanted}": the recording has no such function or file`, {
      code: "usage",
      hint: `report ${path} lists the functions`,
    });
  }
  if (targets.length > 1) throw ambiguous(wanted, targets, recording);
  const [target] = targets as [AnnotationTarget];
  const annotated = annotatedLines(folded, target);
  if (annotated.lines.size === 0) {
    throw new PerfError(`Cannot annotate "${wanted}": the recording has no lines of it`, {
      code: "unavailable",
      hint: "profile --all-lines has lines of all code in Node 26; trampolines have none",
    });
  }
  return formatAnnotation(target, annotated, {
    unit: recording.unit,
    text: sourceLines(recording, target, onNote),
    isWhole,
    causes: await causesOf(recording),
    directory: process.cwd(),
    terminal: terminalOf(),
  });
}

/** The most functions that a message lists. */
const MOST_LISTED = 20;

function ambiguous(
  wanted: string,
  targets: readonly AnnotationTarget[],
  { unit }: Recording,
): PerfError {
  const listed = targets.slice(0, MOST_LISTED).map((target) => {
    const time = target.fn === undefined ? "" : `  ${amountText(target.fn.self, unit)} self`;
    return `  ${targetName(target)}${time}`;
  });
  const more = targets.length > MOST_LISTED ? [`  and ${targets.length - MOST_LISTED} more`] : [];
  return new PerfError(
    [
      `Cannot annotate "${wanted}": it is ${targets.length} of these, must be one`,
      ...listed,
      ...more,
    ]
      .join("\n"),
    { code: "usage", hint: `annotate "${targetName(targets[0]!)}"` },
  );
}

/** The text as it was recorded; that on the disk where the recording has none. */
function sourceLines(
  { sources, start }: Recording,
  { file }: AnnotationTarget,
  onNote: (note: string) => void,
): readonly string[] {
  const recorded = new SourceLines(sources).of(file);
  if (recorded !== undefined) return recorded;
  try {
    const text = fs.readFileSync(file, "utf8");
    if (start !== undefined && fs.statSync(file).mtimeMs > start) {
      onNote(`warning: ${file} was changed after the recording, its lines may have moved`);
    }
    return new SourceLines(new Map([[file, text]])).of(file)!;
  } catch (cause) {
    throw new PerfError(`Cannot annotate "${file}": its text is neither recorded nor readable`, {
      code: "file",
      hint: `ls -l ${file}`,
      cause,
    });
  }
}
