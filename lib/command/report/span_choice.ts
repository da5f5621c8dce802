/*
 * The spans of a recording: where they lie, and which of them a report is of.
 */
import * as fs from "node:fs";

import { PerfError } from "../../base/perf_error.ts";
import type { Recording } from "../../recording/recording.ts";
import {
  chosenSpans,
  recordingOfSpans,
  type SpanChoice,
} from "../../recording/spans/chosen_spans.ts";
import { labelledSamples } from "../../recording/spans/labelled_samples.ts";
import { readSpanLog, type SpanLog } from "../../recording/spans/span_log.ts";
import { type CommandLine, lastValue, usageError } from "../command_line.ts";

/** The file with the spans of a recording: beside it. */
export function spansPath(recording: string): string {
  return `${recording}.spans`;
}

/**
 * Adds the spans that lie beside a recording.
 *
 * @throws {PerfError} If the file with them is damaged.
 */
export function withSpans(recordings: readonly Recording[], path: string): Recording[] {
  const log = readSpans(path);
  if (log === undefined) return [...recordings];
  return recordings.map((recording) =>
    recording.clock === "mono"
      ? { ...recording, spans: labelledSamples(recording, log) }
      : recording
  );
}

/**
 * Reads the spans that lie beside a recording.
 *
 * @throws {PerfError} If the file with them is damaged.
 */
export function readSpans(recording: string): SpanLog | undefined {
  const path = spansPath(recording);
  let text: string;
  try {
    text = fs.readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  // The program has ended before its first module.
  if (text === "") return undefined;
  try {
    return readSpanLog(text);
  } catch (cause) {
    throw new PerfError(`Cannot read "${path}": it is damaged (${(cause as Error).message})`, {
      code: "file",
      hint: `rm ${path}`,
      cause,
    });
  }
}

/**
 * Reads `--span` and `--slowest`.
 *
 * @returns `undefined` where the report is of everything.
 * @throws {PerfError} With code `usage`, if a value is none.
 */
export function parseSpanChoice(line: CommandLine): SpanChoice | undefined {
  const name = lastValue(line, "span");
  const slowest = lastValue(line, "slowest");
  if (name === undefined && slowest === undefined) return undefined;
  return { name, slowest: slowest === undefined ? undefined : shareOf(slowest) };
}

function shareOf(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)\s*%?$/.exec(text)?.[1]);
  if (percent > 0 && percent <= 100) return percent / 100;
  throw usageError(`Cannot report the slowest "${text}": must be a share above 0 %, as 5%`);
}

/**
 * Reduces recordings to the samples of some spans.
 *
 * @throws {PerfError} If there are no such spans.
 */
export function ofChosenSpans(
  recordings: readonly Recording[],
  choice: SpanChoice | undefined,
): Recording[] {
  if (choice === undefined) return [...recordings];
  return recordings.map((recording) => {
    const { spans } = recording;
    if (spans === undefined) {
      throw new PerfError("Cannot report spans: the recording has none", {
        code: "usage",
        hint: "profile --spans records them",
      });
    }
    const chosen = chosenSpans(spans.spans, choice);
    if (chosen.size === 0) throw unknownSpan(choice, spans.spans.map(({ name }) => name));
    return recordingOfSpans(recording, chosen);
  });
}

/** Names of spans that the message of an unknown one lists. */
const MOST_NAMES = 10;

function unknownSpan({ name }: SpanChoice, names: readonly string[]): PerfError {
  const known = [...new Set(names)];
  const more = known.length > MOST_NAMES ? ` and ${known.length - MOST_NAMES} more` : "";
  const all = known.slice(0, MOST_NAMES).map((one) => `"${one}"`).join(", ") + more;
  return usageError(
    name === undefined
      ? "Cannot report spans: none was seen"
      : `Cannot report span "${name}": it was not seen, must be ${
        all ? `one of ${all}` : "one that ran"
      }`,
  );
}
