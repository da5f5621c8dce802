import type { Recording } from "../../recording/recording.ts";
import { callCauses } from "./call_causes.ts";
import type { Cause, Causes } from "./cause.ts";
import { deoptCauses } from "./deopt_causes.ts";
import { functionCode } from "./function_code.ts";
import { megamorphicAccesses } from "./megamorphic_causes.ts";
import { programStacks } from "./program_stacks.ts";
import { type FindBacktracking, regExpCauses, regExpTimes } from "./regexp_causes.ts";
import { runtimeCauses } from "./runtime_causes.ts";

/**
 * The least share of the program's time that makes a cause. V8 compiles and collects for every
 * program, so these need more.
 */
const LEAST_SHARE: Readonly<Record<Cause["kind"], number>> = {
  // deopt_causes.ts has a limit of its own.
  "deoptimisation": 0,
  "megamorphic access": 0.02,
  "megamorphic call": 0.02,
  "backtracking": 0.02,
  "garbage collection": 0.05,
  "compilation": 0.05,
  "inline cache": 0.03,
};

/** The least samples of a cause; fewer say nothing on its share. */
const LEAST_SAMPLES = 10;

/** Options of {@linkcode causesOf}. */
export interface CausesOptions {
  /**
   * Loads the analysis of regular expressions. It is a large module, so it is loaded only where one
   * takes time. @default {the one that is in this package}
   */
  loadAnalysis?: () => Promise<FindBacktracking>;
}

/**
 * Finds the reasons for which lines take the time that they take. A reason is shown only where V8's
 * log or the samples have it.
 *
 * @param recording What was recorded, before `foldFrames`: builtins and activities count.
 */
export async function causesOf(
  recording: Recording,
  { loadAnalysis = loadOwnAnalysis }: CausesOptions = {},
): Promise<Causes> {
  const functions = functionCode(recording);
  let program = 0;
  for (const { weight } of programStacks(recording)) program += weight;
  const isLarge = (kind: Cause["kind"], weight: number) => weight >= LEAST_SHARE[kind] * program;
  const found: (Omit<Cause, "share"> & { samples?: number })[] = [
    ...deoptCauses(recording, program),
    ...megamorphicAccesses(recording),
    ...callCauses(recording),
    ...runtimeCauses(recording),
  ];
  const patterns = regExpTimes(recording).filter(({ weight }) => isLarge("backtracking", weight));
  if (patterns.length > 0) found.push(...regExpCauses(patterns, await loadAnalysis()));
  const causes = found.flatMap(({ samples = LEAST_SAMPLES, ...cause }): Cause[] =>
    samples >= LEAST_SAMPLES && isLarge(cause.kind, cause.weight)
      ? [{ ...cause, share: cause.weight / program }]
      : []
  );
  return { causes: causes.sort((a, b) => b.weight - a.weight), functions, program };
}

async function loadOwnAnalysis(): Promise<FindBacktracking> {
  return (await import("./backtracking.ts")).findBacktracking;
}
