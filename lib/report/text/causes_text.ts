import type { FunctionPlace } from "../../recording/code_history.ts";
import type { Recording } from "../../recording/recording.ts";
import type { Causes } from "../causes/cause.ts";
import { historyWords, tierWords } from "../causes/code_words.ts";
import { amountText, percentText } from "../figures/amounts.ts";
import { type PlaceNames, placeText } from "../figures/place_text.ts";
import { sourceLine } from "../figures/source_line.ts";
import { noteLines, PLAIN, printable, type Terminal, trimmed } from "./terminal.ts";

/** The most causes and functions that are shown. */
const MOST_CAUSES = 8;
const MOST_FUNCTIONS = 5;

/** The least share of a function in the program's time. */
const LEAST_SHARE = 0.05;

/** Options of {@linkcode causesText}. */
export interface CausesTextOptions extends PlaceNames {
  /** Where it goes. @default {100 columns without colours} */
  terminal?: Terminal;
}

/**
 * The causes of a recording for a terminal: the lines with a cause, each with its text and with
 * advice, then the compilers whose code the hottest functions ran.
 *
 * @param recording The recording that the causes are of.
 * @param causes Its causes.
 * @returns Lines; none where nothing is known.
 */
export function* causesText(
  recording: Pick<Recording, "unit" | "sources">,
  { causes, functions, program }: Causes,
  options: CausesTextOptions = {},
): Generator<string> {
  const { unit } = recording;
  const amounts = (weight: number) =>
    `${amountText(weight, unit).padStart(10)}  ${percentText(weight / program).padStart(7)}`;
  const { terminal = PLAIN } = options;
  const row = (
    weight: number,
    { name, file, line, text = "" }: FunctionPlace & { text?: string },
  ) => {
    const place = printable(placeText({ file, line }, options));
    const words = [amounts(weight), printable(name), place, printable(text.trim())];
    return `${trimmed(words.filter(Boolean).join("  "), terminal.width)}\n`;
  };
  if (causes.length > 0) yield "\nWhy these lines take their time, by V8's log and the samples\n";
  for (const { fn, line, weight, fact, advice } of causes.slice(0, MOST_CAUSES)) {
    const source = recording.sources?.get(fn.file);
    const text = line === undefined || source === undefined ? "" : sourceLine(source, line);
    yield row(weight, { ...fn, line: line ?? fn.line, text });
    yield* noteLines(fact, INDENT, terminal);
    yield* noteLines(advice, INDENT, terminal);
  }
  if (causes.length > MOST_CAUSES) {
    yield* noteLines(`and ${causes.length - MOST_CAUSES} more`, INDENT, terminal);
  }
  const hot = functions.slice(0, MOST_FUNCTIONS)
    .filter(({ self, tiers }) => self >= LEAST_SHARE * program && tiers.size > 0);
  if (hot.length > 0) yield "\nV8's compilers, by the time of the hottest functions\n";
  for (const fn of hot) {
    yield row(fn.self, fn);
    const words = [tierWords(fn), historyWords(fn, unit)].filter(Boolean).join("; ");
    yield* noteLines(words, INDENT, terminal);
  }
}

/** Columns in front of a row's name: amount and share. */
const INDENT = 21;
