import type { VariableName } from "../base/environment.ts";

/** Names the file that samples go to. */
export const SAMPLES_VARIABLE: VariableName = "JS_PERF_SAMPLES";

/** Holds the number of samples per second of processor time. */
export const FREQUENCY_VARIABLE: VariableName = "JS_PERF_SAMPLE_FREQUENCY";

/** The variables that ask a program to sample itself. */
export function samplingVariables(
  { path, frequency }: { path: string; frequency: number },
): Record<string, string> {
  return { [SAMPLES_VARIABLE]: path, [FREQUENCY_VARIABLE]: String(frequency) };
}
