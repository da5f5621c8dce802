/**
 * The parts of a stack's text that Deno paints in different colours (runtime/fmt_errors.rs:
 * AnsiColors).
 */
export type StackPart = "plain" | "place" | "number" | "name" | "directory" | "mark";

/** Adds the colour to a part of a stack's text. */
export type Paint = (part: StackPart, text: string, isInternal: boolean) => string;

/** Returns the text without colours. */
export const plainPaint: Paint = (_part, text) => text;

const DIM = "\x1b[2m\x1b[38;5;245m";

/** Escape sequences of terminals (ECMA-48, SGR). */
const SEQUENCES: Readonly<Record<StackPart, string>> = {
  plain: "",
  place: "\x1b[36m",
  number: "\x1b[33m",
  name: "\x1b[1m\x1b[3m",
  directory: DIM,
  mark: "\x1b[31m",
};

/** Paints as Deno does. Frames of Deno's own code are dim throughout. */
export const ansiPaint: Paint = (part, text, isInternal) => {
  const sequence = isInternal ? DIM : SEQUENCES[part];
  return sequence === "" ? text : `\x1b[0m${sequence}${text}\x1b[0m`;
};
