import { analyse } from "./regexp_analysis.js";
import type { Backtracking } from "./regexp_causes.ts";

/** The most characters of a pattern that is analysed; the analysis takes a power of it. */
const MOST_CHARACTERS = 2000;

/** Escapes that a pattern has only under a Unicode flag; without one they are plain letters. */
const UNICODE_ESCAPE = /\\(?:[pP]\{|u\{)/;

/**
 * Finds the repetition by which a regular expression can need more than linear time.
 *
 * @param pattern The text between the slashes.
 * @returns The worst one; `undefined` where there is none, or the pattern cannot be read.
 */
export function findBacktracking(pattern: string): Backtracking | undefined {
  if (pattern.length > MOST_CHARACTERS) return undefined;
  // V8's log does not have the flags.
  for (const flags of UNICODE_ESCAPE.test(pattern) ? ["u", "v", ""] : ["", "u", "v"]) {
    try {
      const { reports } = analyse({ source: pattern, flags });
      const worst = reports.find(({ exponential }) => exponential) ?? reports[0];
      if (worst === undefined) return undefined;
      const part = "quant" in worst
        ? worst.quant.raw
        : `${worst.startQuant.raw} … ${worst.endQuant.raw}`;
      return { part, isExponential: worst.exponential };
    } catch {
      // The pattern needs another flag.
    }
  }
  return undefined;
}
