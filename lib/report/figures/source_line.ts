import { LINE_END } from "../../source/line_starts.ts";

/**
 * A line of a text, without splitting all of it.
 *
 * @param text The text.
 * @param line The line's number, counted from 1.
 * @returns `undefined` where the text has fewer lines.
 */
export function sourceLine(text: string, line: number): string | undefined {
  const ends = text.matchAll(LINE_END);
  let start = 0;
  for (let i = 1; i < line; i++) {
    const { value: end } = ends.next();
    if (end === undefined) return undefined;
    start = end.index + end[0].length;
  }
  return text.slice(start, ends.next().value?.index);
}
