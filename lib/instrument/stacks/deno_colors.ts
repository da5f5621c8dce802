/** A part of a stack's text, by what Deno paints it as (runtime/fmt_errors.rs: AnsiColors). */
export type StackPart = "plain" | "place" | "number" | "name" | "directory" | "mark";

/** Gives a part of a stack its look. */
export type Paint = (part: StackPart, text: string, isInternal: boolean) => string;

/** The text as it is. */
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

/** As Deno paints it, all of a frame of its own the same. */
export const ansiPaint: Paint = (part, text, isInternal) => {
  const sequence = isInternal ? DIM : SEQUENCES[part];
  return sequence === "" ? text : `\x1b[0m${sequence}${text}\x1b[0m`;
};
