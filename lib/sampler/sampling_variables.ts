import type { VariableName } from "../base/environment.ts";

/** Names the file that samples go to. */
export const SAMPLES_VARIABLE: VariableName = "JS_PERF_SAMPLES";

/** Holds the number of samples per second. */
export const FREQUENCY_VARIABLE: VariableName = "JS_PERF_SAMPLE_FREQUENCY";

/** Says of what time the samples are; unset for processor time. */
export const EVENT_VARIABLE: VariableName = "JS_PERF_SAMPLE_EVENT";

/** The time that samples are taken of: the processor's, or real time. */
export type SampledTime = "cpu" | "wall";

/** The variables that ask a program to sample itself. */
export function samplingVariables(
  { path, frequency, time }: { path: string; frequency: number; time: SampledTime },
): Record<string, string> {
  return {
    [SAMPLES_VARIABLE]: path,
    [FREQUENCY_VARIABLE]: String(frequency),
    [EVENT_VARIABLE]: time,
  };
}
