/** The starts of a text's lines, as V8 counts lines. Lines and columns count from 0 here. */
export class LineStarts {
  /** The offsets. */
  readonly offsets: readonly number[];

  /** @param text The text. */
  constructor(text: string) {
    this.offsets = OTHER_ENDS.some((end) => text.includes(end))
      ? [0, ...Array.from(text.matchAll(LINE_END), ({ 0: end, index }) => index + end.length)]
      : offsetsAfter(text, "\n");
  }

  /** The line at an offset. */
  lineAt(offset: number): number {
    return lastUpTo(this.offsets, offset);
  }
}

const OTHER_ENDS = ["\r", "\u2028", "\u2029"];
/** The ends of lines in ECMA-262; V8 and source maps count lines by them. */
export const LINE_END = /\r\n|[\n\r\u2028\u2029]/g;

function offsetsAfter(text: string, end: string): number[] {
  const offsets = [0];
  for (let i = text.indexOf(end); i >= 0; i = text.indexOf(end, i + 1)) offsets.push(i + 1);
  return offsets;
}

/**
 * Returns the index of the last number that is not greater than a limit; -1 where there is none.
 * The numbers must be ascending.
 */
export function lastUpTo(numbers: ArrayLike<number>, limit: number): number {
  let [low, high] = [-1, numbers.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (numbers[middle]! <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
