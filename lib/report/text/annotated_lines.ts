import { type Frame, isApp } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import type { AnnotationTarget } from "./annotation_target.ts";
import type { Share } from "../figures/shares.ts";

/** Time of a line, and of the places on it. */
export interface AnnotatedLine extends Share {
  /** Self time by column, counted from 1. */
  columns: Map<number, number>;
}

/** Time of a target's lines. */
export interface AnnotatedLines extends Share {
  /** Time of all functions of the program, which shares are of. */
  program: number;
  /** By line, counted from 1; only lines that were seen. */
  lines: ReadonlyMap<number, AnnotatedLine>;
}

/**
 * Counts the time of a function's or a file's lines, as `sharesOf` counts that of functions.
 *
 * @param recording What was recorded, and `foldFrames` has folded.
 * @param target The function or the file.
 */
export function annotatedLines(
  { stacks }: Pick<Recording, "stacks">,
  { file, fn }: AnnotationTarget,
): AnnotatedLines {
  const lines = new Map<number, AnnotatedLine>();
  const isIn = (frame: Frame) =>
    frame.file === file && (fn === undefined || frame.name === fn.name && frame.line === fn.line);
  const all = { self: 0, total: 0, program: 0 };
  for (const { frames, weight } of stacks) {
    const innermost = frames.findLast(isApp);
    if (innermost === undefined) continue;
    all.program += weight;
    const seen = new Set<AnnotatedLine>();
    let isSeen = false;
    for (const frame of frames) {
      if (!isIn(frame) || !isApp(frame)) continue;
      isSeen = true;
      if (frame.position !== undefined) seen.add(lineOf(lines, frame.position.line));
    }
    if (!isSeen) continue;
    all.total += weight;
    for (const line of seen) line.total += weight;
    if (!isIn(innermost)) continue;
    all.self += weight;
    const { position } = innermost;
    if (position === undefined) continue;
    const line = lineOf(lines, position.line);
    line.self += weight;
    line.columns.set(position.column, (line.columns.get(position.column) ?? 0) + weight);
  }
  return { ...all, lines };
}

function lineOf(lines: Map<number, AnnotatedLine>, number: number): AnnotatedLine {
  let line = lines.get(number);
  if (line === undefined) lines.set(number, line = { self: 0, total: 0, columns: new Map() });
  return line;
}

/** Lines around one that was seen, which are shown for a reader to find the place. */
const CONTEXT = 3;

/**
 * The ranges of lines that are shown, with lines around them, from the first on.
 *
 * @param seen The lines that have to be shown, counted from 1.
 * @param count The number of lines of the file.
 * @returns First and last line of each, both inclusive.
 */
export function shownRanges(
  seen: Iterable<number>,
  count: number,
): [first: number, last: number][] {
  const ranges: [number, number][] = [];
  for (const line of [...seen].sort((a, b) => a - b)) {
    const first = Math.max(1, line - CONTEXT);
    const last = Math.min(count, line + CONTEXT);
    const before = ranges.at(-1);
    // A gap of one line takes as much room as the mark of a gap.
    if (before !== undefined && first <= before[1] + 2) before[1] = Math.max(before[1], last);
    else if (first <= last) ranges.push([first, last]);
  }
  return ranges;
}
