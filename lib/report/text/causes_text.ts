import type { CodeTier } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import { placeText } from "../figures/place_text.ts";
import { printable } from "./terminal.ts";
import type { Causes, FunctionCode } from "../causes/cause.ts";

/** The most causes and functions that are shown. */
const MOST_CAUSES = 8;
const MOST_FUNCTIONS = 5;

/** The least share of a function in the program's time. */
const LEAST_SHARE = 0.05;

/** The least share of a compiler in a function's time. */
const LEAST_TIER = 0.005;

const TIER_NAMES: Readonly<Record<CodeTier, string>> = {
  interpreted: "interpreter",
  sparkplug: "Sparkplug",
  maglev: "Maglev",
  turbofan: "TurboFan",
};

/** Options of {@linkcode causesText}. */
export interface CausesTextOptions {
  /** The directory that paths are shown from. @default {paths are shown whole} */
  directory?: string;
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
  { directory }: CausesTextOptions = {},
): Generator<string> {
  const amounts = new Amounts(recording, program);
  const place = (file: string, line?: number) =>
    printable(placeText({ file, line }, { directory }));
  if (causes.length > 0) yield "\nWhy these lines take their time, by V8's log and the samples\n";
  for (const { fn, line, weight, fact, advice } of causes.slice(0, MOST_CAUSES)) {
    const text = line === undefined ? "" : textOf(recording.sources?.get(fn.file), line);
    const row = `${amounts.of(weight)}  ${printable(fn.name)}  ${place(fn.file, line ?? fn.line)}`;
    yield `${row}${text === "" ? "" : `  ${text}`}\n`;
    yield `${INDENT}${fact}\n`;
    yield `${INDENT}${advice}\n`;
  }
  if (causes.length > MOST_CAUSES) {
    yield `${INDENT}and ${causes.length - MOST_CAUSES} more\n`;
  }
  const hot = functions.slice(0, MOST_FUNCTIONS)
    .filter(({ self, tiers }) => self >= LEAST_SHARE * program && tiers.size > 0);
  if (hot.length > 0) yield "\nV8's compilers, by the time of the hottest functions\n";
  for (const fn of hot) {
    yield `${amounts.of(fn.self)}  ${printable(fn.name)}  ${place(fn.file, fn.line)}\n`;
    yield `${INDENT}${[tiersText(fn), historyText(fn)].filter(Boolean).join("; ")}\n`;
  }
}

/** Columns in front of a row's name: amount and share. */
const INDENT = " ".repeat(21);

/** The most characters of a line's text. */
const TEXT_LENGTH = 60;

function textOf(source: string | undefined, line: number): string {
  // ECMA-262 has these line terminators; V8 and source maps count lines by them.
  const text = source?.split(/\r\n|[\n\r\u2028\u2029]/, line)[line - 1]?.trim() ?? "";
  const characters = [...printable(text)];
  if (characters.length <= TEXT_LENGTH) return characters.join("");
  return `${characters.slice(0, TEXT_LENGTH - 1).join("")}…`;
}

function tiersText({ self, tiers }: FunctionCode): string {
  return [...tiers].sort((a, b) => b[1] - a[1])
    .filter(([, weight]) => weight >= LEAST_TIER * self)
    .map(([tier, weight]) => `${TIER_NAMES[tier]} ${(100 * weight / self).toFixed(1)} %`)
    .join(", ");
}

function historyText({ maglev, turbofan, deopts }: FunctionCode): string {
  if (maglev === undefined || turbofan === undefined || deopts === undefined) return "";
  const compiled = [["Maglev", maglev] as const, ["TurboFan", turbofan] as const]
    .filter(([, count]) => count > 0).map(([name, count]) => `${times(count)} by ${name}`);
  const optimised = compiled.length === 0 ? "never optimised" : `optimised ${compiled.join(", ")}`;
  return `${optimised}, ${deopts === 0 ? "never deoptimised" : `deoptimised ${times(deopts)}`}`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** Writes amounts of time or of events, each with its share of the program's. */
class Amounts {
  readonly #unit: Recording["unit"];
  readonly #program: number;

  constructor({ unit }: Pick<Recording, "unit">, program: number) {
    this.#unit = unit;
    this.#program = program;
  }

  of(weight: number): string {
    const amount = this.#unit === "nanoseconds"
      ? `${(weight / 1e6).toFixed(weight < 1e7 ? 1 : 0)} ms`
      : weight.toExponential(2);
    return `${amount.padStart(10)}  ${(100 * weight / this.#program).toFixed(1).padStart(5)} %`;
  }
}
