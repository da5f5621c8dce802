import type { Frame } from "../../recording/frame.ts";
import type { Recording, Stack } from "../../recording/recording.ts";
import { printable } from "./terminal.ts";
import { LINE_END } from "../../source/line_starts.ts";

/** A line of the program that time was spent on. */
export interface HotLine {
  file: string;
  /** Counted from 1. */
  line: number;
  /**
   * The column that ran, counted from 1, where the line is so long that it alone tells nothing, as in
   * minified code; `undefined` for other lines.
   */
  column?: number;
  /** Time on it, and in code without a source that it called, in the recording's unit. */
  self: number;
  /** The function that spent most of that time. */
  functionName: string;
  /** The line's text; `undefined` where it is unknown. */
  text?: string;
}

/** Lines longer than this are counted by column, in characters. */
const LONG_LINE = 300;

/**
 * Finds the lines on which a program spent its time.
 *
 * @param stacks The stacks of a program view.
 * @param sources The texts.
 * @param most How many lines are wanted.
 * @returns The lines, from the most time to the least.
 */
export function hotLines(
  stacks: readonly Stack[],
  sources: Recording["sources"],
  most: number,
): HotLine[] {
  const texts = new SourceLines(sources);
  const lines = new Map<string, HotLine & { functions: Map<string, number> }>();
  const known = new Map<Frame, HotLine & { functions: Map<string, number> }>();
  for (const { frames, weight } of stacks) {
    const frame = frames.at(-1);
    if (frame?.file === undefined || frame.position === undefined) continue;
    let entry = known.get(frame);
    if (entry === undefined) {
      const { file, position: { line, column } } = frame;
      const text = texts.at(file, line);
      const isLong = text !== undefined && isLongLine(text);
      const key = `${file}\0${line}\0${isLong ? column : ""}`;
      entry = lines.get(key);
      if (entry === undefined) {
        const place = isLong ? { file, line, column } : { file, line };
        entry = { ...place, text, self: 0, functionName: "", functions: new Map() };
        lines.set(key, entry);
      }
      known.set(frame, entry);
    }
    entry.self += weight;
    entry.functions.set(frame.name, (entry.functions.get(frame.name) ?? 0) + weight);
  }
  return [...lines.values()].sort((a, b) => b.self - a.self).slice(0, most)
    .map(({ functions, ...line }) => ({
      ...line,
      functionName: [...functions].reduce((a, b) => b[1] > a[1] ? b : a)[0],
    }));
}

/** Whether a line's number alone tells nothing, as in minified code. */
export function isLongLine(text: string): boolean {
  return text.length > LONG_LINE;
}

/**
 * The text around a column, for about as many columns of a terminal.
 *
 * @param column Counted from 1.
 */
export function excerptAt(text: string, column: number, width: number): string {
  const start = Math.max(0, column - 1 - Math.floor(width / 4));
  return `${start > 0 ? "…" : ""}${printable(text.slice(start, start + 2 * width))}`;
}

/** The lines of sources, each text split once. */
export class SourceLines {
  readonly #sources: Recording["sources"];
  readonly #lines = new Map<string, readonly string[]>();

  constructor(sources: Recording["sources"]) {
    this.#sources = sources;
  }

  /** All lines of a file; `undefined` where its text is unknown. */
  of(file: string): readonly string[] | undefined {
    const known = this.#lines.get(file);
    if (known !== undefined) return known;
    // ECMA-262 has these line terminators; columns and lines of V8 and of source maps go by them.
    const lines = this.#sources?.get(file)?.split(LINE_END);
    if (lines !== undefined) this.#lines.set(file, lines);
    return lines;
  }

  /** The text of a line, counted from 1; `undefined` where it is unknown. */
  at(file: string, line: number): string | undefined {
    return this.of(file)?.[line - 1];
  }
}
