/** A part of a pattern. */
export interface PatternPart {
  /** Its text. */
  raw: string;
}

/** A repetition that can need more than linear time. */
export type AnalysisReport =
  & { exponential: boolean }
  & ({ quant: PatternPart } | { startQuant: PatternPart; endQuant: PatternPart });

/**
 * Finds all such repetitions.
 *
 * @throws {SyntaxError} If the pattern is none under these flags.
 */
export function analyse(
  literal: { source: string; flags: string },
): { reports: AnalysisReport[] };
