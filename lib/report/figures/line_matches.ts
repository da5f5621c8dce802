import type { Frame } from "../../recording/frame.ts";
import type { SourceTexts } from "../../recording/sources.ts";

/** The texts of two recordings. */
export interface ComparedTexts {
  before: SourceTexts | undefined;
  after: SourceTexts | undefined;
}

/**
 * Finds the lines of an earlier text in a later one, so that lines are compared although others were
 * inserted above them.
 *
 * @returns Gives a frame of the earlier recording its line in the later text. A line goes to the
 * nearest one with equal text; a line that has changed moves as far as the line above it has moved.
 */
export function lineMatches(
  { before, after }: ComparedTexts,
): (frame: Frame) => number | undefined {
  const files = new Map<string, Uint32Array>();
  return ({ file, position }) => {
    if (file === undefined || position === undefined) return undefined;
    let lines = files.get(file);
    if (lines === undefined) {
      files.set(file, lines = matchedLines(before?.get(file), after?.get(file)));
    }
    return lines[position.line - 1] ?? position.line;
  };
}

/** The new number of each line; none where a text is missing or nothing has changed. */
function matchedLines(before: string | undefined, after: string | undefined): Uint32Array {
  if (before === after || before === undefined || after === undefined) return new Uint32Array(0);
  const places = new Map<string, number[]>();
  for (const [i, text] of after.split("\n").entries()) {
    const known = places.get(text.trim());
    if (known === undefined) places.set(text.trim(), [i + 1]);
    else known.push(i + 1);
  }
  let shift = 0;
  return Uint32Array.from(before.split("\n"), (text, i) => {
    const expected = Math.max(1, i + 1 + shift);
    const line = nearest(places.get(text.trim()) ?? [], expected) ?? expected;
    shift = line - (i + 1);
    return line;
  });
}

/** The number of a sorted list that is nearest to another one. */
function nearest(sorted: readonly number[], wanted: number): number | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  const [below, above] = [sorted[low - 1], sorted[low]];
  if (below === undefined || above === undefined) return below ?? above;
  return wanted - below < above - wanted ? below : above;
}
