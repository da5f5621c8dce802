import { PerfError } from "./perf_error.ts";

/**
 * Tells the user of the program that this package could not do something. The program goes on. This
 * is the one place below the command that prints, on standard error.
 *
 * @param problem An error, or a message without a final period.
 * @param consequence The consequence, as a clause: `trampolines are off`.
 */
export function warn(problem: unknown, consequence?: string): void {
  const message = problem instanceof Error ? problem.message : String(problem);
  const hint = problem instanceof PerfError && problem.hint !== undefined
    ? ` (see: ${problem.hint})`
    : "";
  const end = consequence === undefined ? "" : `; ${consequence}`;
  console.warn(`@x/perf: ${message}${end}${hint}`);
}
