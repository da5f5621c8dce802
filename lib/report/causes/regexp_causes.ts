import { isRegExpCode } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import type { Cause } from "./cause.ts";
import { LineWeights } from "./line_weights.ts";
import { placeOf, programStacks } from "./program_stacks.ts";

/** The longest pattern that is shown whole, in characters. */
const PATTERN_LENGTH = 60;

/** A repetition in a regular expression that can match one text in many ways. */
export interface Backtracking {
  /** The part of the pattern. */
  part: string;
  /** Whether time doubles with each character, or grows by a power of the length. */
  isExponential: boolean;
}

/** Finds the backtracking of a pattern; `undefined` where there is none. */
export type FindBacktracking = (pattern: string) => Backtracking | undefined;

/** Time in one regular expression's code. */
export interface RegExpTime {
  /** Its text, as V8's log has it. */
  pattern: string;
  /** The lines that ran it. */
  lines: LineWeights;
  /** In the recording's unit. */
  weight: number;
}

/** Adds up the time in the code of regular expressions, by pattern and line. */
export function regExpTimes(recording: Recording): RegExpTime[] {
  const times = new Map<string, RegExpTime>();
  for (const { frames, index, innermost, weight, samples } of programStacks(recording)) {
    const code = frames.slice(index + 1).findLast(isRegExpCode);
    if (code === undefined) continue;
    const pattern = code.name.replace(/^RegExp: /, "");
    let time = times.get(pattern);
    if (time === undefined) {
      times.set(pattern, time = { pattern, lines: new LineWeights(), weight: 0 });
    }
    time.weight += weight;
    time.lines.add({ fn: placeOf(innermost), ...innermost.position, weight, samples });
  }
  return [...times.values()];
}

/** Makes causes of the regular expressions that can backtrack. */
export function* regExpCauses(
  times: Iterable<RegExpTime>,
  find: FindBacktracking,
): Generator<Omit<Cause, "share"> & { samples: number }> {
  for (const { pattern, lines } of times) {
    const found = find(pattern);
    if (found === undefined) continue;
    const { part, isExponential } = found;
    const growth = isExponential ? "doubles with each character" : "grows faster than the text";
    for (const { fn, line, column, weight, samples } of lines.all()) {
      yield {
        kind: "backtracking",
        ...{ fn, line, column, weight, samples },
        fact: `the regular expression /${shortened(pattern)}/ backtracks: ${part} can match the ` +
          `same text in many ways, so its time ${growth}`,
        advice:
          "Rewrite the pattern so that each repetition begins or ends with a character that " +
          "the other cannot match, or limit the length of the text.",
      };
    }
  }
}

function shortened(pattern: string): string {
  const characters = [...pattern];
  if (characters.length <= PATTERN_LENGTH) return pattern;
  return `${characters.slice(0, PATTERN_LENGTH - 1).join("")}…`;
}
