import { PerfError } from "../../base/perf_error.ts";
import type { Recording } from "../../recording/recording.ts";
import type { Ending } from "../program/child.ts";
import type { ScriptCommand } from "../program/script.ts";
import type { ProfilePlan } from "./decide.ts";

/** A plan with the program that it records. */
export interface ProfileRun extends ProfilePlan {
  program: ScriptCommand;
}

/** The result of a run. */
export interface Recorded {
  ending: Ending;
  /** One recording for each event; none where nothing was measured. */
  recordings: readonly Recording[];
  /** The file that they were read from. */
  recording: string;
  /** Whether copying more of each stack can mend stacks that are cut. */
  unwinds?: boolean;
  /** A line below the text report. */
  foot?: string;
}

export function nothingMeasured(output: string, { code, signal }: Ending): PerfError {
  const how = signal === null ? `status ${code}` : `signal ${signal}`;
  return new PerfError(
    `Cannot report "${output}": nothing was measured, perf record ended with ${how}`,
    { code: "perf" },
  );
}
