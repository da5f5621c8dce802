import type { Frame } from "../recording/frame.ts";
import type { SourceTexts } from "../recording/sources.ts";

/** The texts of two recordings. */
export interface ComparedTexts {
  before: SourceTexts | undefined;
  after: SourceTexts | undefined;
}

/**
 * Finds the lines of an earlier text in a later one, so that lines are compared although others were
 * inserted above them.
 *
 * @returns Gives a frame of the earlier recording its line in the later text: the nearest one with
 * equal text, seen from where the line was. Where there is none, or no text, it is the line's number.
 */
export function lineMatches(
  { before, after }: ComparedTexts,
): (frame: Frame) => number | undefined {
  const files = new Map<string, FileLines>();
  return ({ file, position }) => {
    if (file === undefined || position === undefined) return undefined;
    let lines = files.get(file);
    if (lines === undefined) {
      files.set(file, lines = new FileLines(before?.get(file), after?.get(file)));
    }
    return lines.match(position.line);
  };
}

class FileLines {
  readonly #before: readonly string[];
  readonly #after = new Map<string, number[]>();

  constructor(before: string | undefined, after: string | undefined) {
    // Equal texts need no search.
    const isSearched = before !== after && before !== undefined && after !== undefined;
    this.#before = isSearched ? before.split("\n") : [];
    if (!isSearched) return;
    after.split("\n").forEach((text, i) => {
      const key = text.trim();
      const known = this.#after.get(key);
      if (known === undefined) this.#after.set(key, [i + 1]);
      else known.push(i + 1);
    });
  }

  match(line: number): number {
    const candidates = this.#after.get(this.#before[line - 1]?.trim() ?? "") ?? [];
    let [low, high] = [0, candidates.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (candidates[middle]! < line) low = middle + 1;
      else high = middle;
    }
    const [above, below] = [candidates[low - 1], candidates[low]];
    if (above === undefined || below === undefined) return below ?? above ?? line;
    return line - above < below - line ? above : below;
  }
}
