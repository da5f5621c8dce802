import type { Recording } from "../../recording/recording.ts";
import { amountText as sizeText, percentText } from "../figures/amounts.ts";
import { type MeasureWords, measureWords } from "../figures/measure_words.ts";
import type { Change, Difference } from "./difference.ts";

/** The most functions, and lines, that have gained time and that have lost time. */
const MOST_FUNCTIONS = 12;
const MOST_LINES = 8;

/** The least change of a function or line, as a share of the larger total. */
const LEAST_SHARE = 0.002;

/**
 * The standard deviations that a change must exceed. The count of samples in a function scatters by
 * its square root, so two recordings of one program differ as well.
 */
const CHANCE = 2;

/** The most characters of a line's text. */
const TEXT_LENGTH = 70;

/** Options of {@linkcode differenceText}. */
export interface DifferenceTextOptions {
  /** The names of the two recordings. */
  names: { before: string; after: string };
  /** The unit of both. */
  unit: Recording["unit"];
  /** The event of both. @default {one that has no words of its own} */
  event?: string;
  /** Whether functions and lines are compared by their shares of all time. @default {false} */
  byShares?: boolean;
  /** The directory that paths are shown from. @default {paths are shown whole} */
  directory?: string;
}

/**
 * The difference of two recordings for a terminal: that of the totals, then the functions and the
 * lines that have lost and gained time.
 *
 * @returns Lines.
 */
export function* differenceText(
  difference: Difference,
  { names, unit, event = "", byShares = false, directory }: DifferenceTextOptions,
): Generator<string> {
  const { total, program, functions, lines } = difference;
  const words = measureWords({ unit, event });
  const rows = new Rows(difference, { unit, byShares, noun: words.selfNoun });
  yield `${headline(total, unit, words)}\n`;
  yield `the program's functions: ${headline(program, unit, words)}\n`;
  yield `before: ${names.before}, after: ${names.after}\n`;
  if (byShares && (total.before === 0 || total.after === 0)) return;
  const place = (file: string, line?: number) =>
    `${shortFile(file, directory)}${line === undefined ? "" : `:${line}`}`;
  yield* rows.table(
    "functions",
    MOST_FUNCTIONS,
    functions,
    ({ name, file, line }) => `${name}  ${place(file, line)}`,
  );
  yield* rows.table(
    "lines",
    MOST_LINES,
    lines,
    ({ name, file, line, text }) => `${place(file, line)}  ${shortened(text ?? name)}`,
  );
  if (unit === "bytes") {
    yield "\nCounted for the function itself, and for builtins, runtime and libraries that it called.\n";
  } else {
    yield "\nSelf time: in the function itself, and in builtins, runtime and libraries that it called.\n";
  }
  yield "Changes that chance can make are left out.\n";
}

/** A change in words: `39 % less time: 2411 ms before, 1470 ms after`. */
function headline(
  { before, after }: Change,
  unit: Recording["unit"],
  { noun: word }: MeasureWords,
): string {
  const amounts = `${amountText(before, unit)} before, ${amountText(after, unit)} after`;
  if (before === 0) return amounts;
  const percent = 100 * (after - before) / before;
  if (Math.abs(percent) < 0.5) return `as much ${word}: ${amounts}`;
  return `${Math.abs(percent).toFixed(0)} % ${percent < 0 ? "less" : "more"} ${word}: ${amounts}`;
}

/** Writes tables of changes. */
class Rows {
  readonly #difference: Difference;
  readonly #unit: Recording["unit"];
  readonly #byShares: boolean;
  readonly #noun: string;

  constructor(
    difference: Difference,
    { unit, byShares, noun }: { unit: Recording["unit"]; byShares: boolean; noun: string },
  ) {
    this.#difference = difference;
    this.#unit = unit;
    this.#byShares = byShares;
    this.#noun = noun;
  }

  /** Two tables, of the entries that have less and of those that have more than before. */
  *table<Entry extends { self: Change }>(
    noun: string,
    most: number,
    entries: readonly Entry[],
    label: (entry: Entry) => string,
  ): Generator<string> {
    const certain = entries.filter(({ self }) => this.#isCertain(self))
      .map((entry) => ({ entry, by: this.#changeOf(entry.self) }))
      .sort((a, b) => Math.abs(b.by) - Math.abs(a.by));
    const parts = [certain.filter(({ by }) => by < 0), certain.filter(({ by }) => by > 0)];
    for (const [i, rows] of parts.entries()) {
      if (rows.length === 0) continue;
      yield `\n${noun} with ${this.#headings()[i]}\n`;
      yield `${"change".padStart(WIDTH)}${"before".padStart(WIDTH)}${"after".padStart(WIDTH)}\n`;
      for (const { entry, by } of rows.slice(0, most)) {
        yield `${this.#cells(entry.self, by)}  ${label(entry)}\n`;
      }
      if (rows.length > most) yield `${" ".repeat(3 * WIDTH)}  and ${rows.length - most} more\n`;
    }
  }

  /** The headings of entries with less and with more than before. */
  #headings(): [less: string, more: string] {
    if (!this.#byShares) return [`less ${this.#noun}`, `more ${this.#noun}`];
    const all = this.#unit === "bytes" ? `all ${this.#noun}` : "all time";
    return [`a smaller share of ${all}`, `a larger share of ${all}`];
  }

  #changeOf({ before, after }: Change): number {
    const { total } = this.#difference;
    return this.#byShares ? after / total.after - before / total.before : after - before;
  }

  /** Whether a change is large enough, and larger than chance makes it. */
  #isCertain({ before, after }: Change): boolean {
    const { total, sample } = this.#difference;
    const [scaleBefore, scaleAfter] = this.#byShares ? [total.before, total.after] : [1, 1];
    const whole = this.#byShares ? 1 : Math.max(total.before, total.after);
    const change = Math.abs(after / scaleAfter - before / scaleBefore);
    const chance = Math.hypot(
      Math.sqrt(before * sample.before) / scaleBefore,
      Math.sqrt(after * sample.after) / scaleAfter,
    );
    return change > 0 && change >= LEAST_SHARE * whole && change > CHANCE * chance;
  }

  #cells({ before, after }: Change, by: number): string {
    const { total } = this.#difference;
    const sign = by > 0 ? "+" : "-";
    const cells = this.#byShares
      ? [
        `${sign}${percentText(Math.abs(by))}`,
        percentText(before / total.before),
        percentText(after / total.after),
      ]
      : [
        sign + amountText(Math.abs(by), this.#unit),
        amountText(before, this.#unit),
        amountText(after, this.#unit),
      ];
    return cells.map((cell) => cell.padStart(WIDTH)).join("");
  }
}

/** The width of a number's column. */
const WIDTH = 12;

function amountText(weight: number, unit: Recording["unit"]): string {
  if (unit === "events") return weight === 0 ? "0" : weight.toPrecision(3);
  if (unit === "bytes") return sizeText(weight, unit);
  const milliseconds = weight / 1e6;
  return `${milliseconds.toFixed(milliseconds > 0 && milliseconds < 10 ? 1 : 0)} ms`;
}

function shortened(text: string): string {
  // A control character would change the terminal's state.
  const characters = [...text.replace(/\p{Cc}/gu, " ")];
  if (characters.length <= TEXT_LENGTH) return characters.join("");
  return `${characters.slice(0, TEXT_LENGTH - 1).join("")}…`;
}

function shortFile(file: string, directory: string | undefined): string {
  const prefix = directory === undefined ? undefined : `${directory.replace(/\/$/, "")}/`;
  return prefix !== undefined && file.startsWith(prefix) ? file.slice(prefix.length) : file;
}
