import { styleText } from "node:util";

import { truncatedWidth } from "./text_width.js";

/** Where text goes: how wide it can be, and whether colours are shown there. */
export interface Terminal {
  /** Columns of a line. */
  width: number;
  /** Whether escape sequences for colours are understood and wanted. */
  hasColor: boolean;
}

/** Text in a file, or for a program that reads it. */
export const PLAIN: Terminal = { width: 100, hasColor: false };

/** A style of text. */
export type TextStyle = "bold" | "dim" | "green" | "red" | "yellow";

/** Puts a text into a style where the terminal has colours; the text must be trimmed before. */
export function styled(text: string, style: TextStyle | undefined, terminal: Terminal): string {
  if (style === undefined || !terminal.hasColor || text === "") return text;
  // The terminal has been asked already.
  return styleText(style, text, { validateStream: false });
}

/** The style of a share of time: the hottest stand out. */
export function heatOf(share: number): TextStyle | undefined {
  return share >= 0.2 ? "red" : share >= 0.05 ? "yellow" : undefined;
}

/**
 * A text that a terminal shows as it is: a name or a line of source could have escape sequences in
 * it, or turn the direction of what follows.
 */
export function printable(text: string): string {
  return text
    .replaceAll("\t", "  ")
    // deno-lint-ignore no-control-regex -- these are the characters that are taken out
    .replace(/[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "\ufffd");
}

/** UTF-16 code units that a column can take on average, with accents and joined emoji. */
const MOST_UNITS = 16;

/** Columns that a text takes. */
export function columnsOf(text: string): number {
  return truncatedWidth(text).width;
}

/**
 * A text that takes at most `width` columns; where its end is left out, `…` stands there. The library
 * measures only: 3.0.3 cuts one column too late behind a character such as `…` itself.
 */
export function trimmed(text: string, width: number): string {
  // A line of minified code is measured no further than it can be shown.
  if (text.length <= width * MOST_UNITS && columnsOf(text) <= width) return text;
  let columns = 0;
  let end = 0;
  for (const { segment } of new Intl.Segmenter().segment(text.slice(0, width * MOST_UNITS))) {
    columns += columnsOf(segment);
    if (columns > width - 1) break;
    end += segment.length;
  }
  return `${text.slice(0, end)}…`;
}

/** Trims a text at its beginning: the end of a path tells more than its beginning. */
export function trimmedStart(text: string, width: number): string {
  let columns = columnsOf(text);
  if (columns <= width) return text;
  let start = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (columns <= width - 1) break;
    start += segment.length;
    columns = columnsOf(text.slice(start));
  }
  return `…${text.slice(start)}`;
}

/** A text of exactly `width` columns: trimmed, or with spaces behind it. */
export function padded(text: string, width: number): string {
  const short = trimmed(text, width);
  return short + " ".repeat(Math.max(0, width - columnsOf(short)));
}

/** Breaks a text between words into lines of at most `width` columns. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && columnsOf(last) + 1 + columnsOf(word) <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** The least columns that a note has, however narrow the terminal is. */
const LEAST_NOTE = 20;

/**
 * A note below a row, in lines as wide as the terminal.
 *
 * @param text The note.
 * @param indent The columns in front of each line.
 */
export function* noteLines(text: string, indent: number, terminal: Terminal): Generator<string> {
  const room = Math.max(LEAST_NOTE, terminal.width - indent);
  for (const part of wrapped(printable(text), room)) {
    yield `${" ".repeat(indent)}${styled(trimmed(part, room), "dim", terminal)}\n`;
  }
}
