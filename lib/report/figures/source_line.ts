/**
 * A line of a text, without splitting all of it.
 *
 * @param text The text.
 * @param line The line's number, counted from 1.
 * @returns `undefined` where the text has fewer lines.
 */
export function sourceLine(text: string, line: number): string | undefined {
  let start = 0;
  for (let i = 1; i < line; i++) {
    start = text.indexOf("\n", start) + 1;
    if (start === 0) return undefined;
  }
  const end = text.indexOf("\n", start);
  return text.slice(start, end < 0 ? undefined : end);
}
