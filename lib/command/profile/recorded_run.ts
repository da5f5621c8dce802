import { PerfError } from "../../base/perf_error.ts";
import type { Recording } from "../../recording/recording.ts";
import type { Scope } from "../../sampler/followed_scope.ts";
import type { Ending } from "../program/child.ts";
import type { ScriptCommand } from "../program/script.ts";
import type { ProfilePlan } from "./decide.ts";
import type { ReachedSize } from "./size_limit.ts";

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
  /** Notes for the user, a sentence each. @default {[]} */
  notes?: readonly string[];
  /** A line below the text report. */
  foot?: string;
  /** The limit on its size that ended it. @default {none did} */
  reached?: ReachedSize;
}

/** Why there is nothing to report. */
export function nothingMeasured(
  output: string,
  { scope, ending: { code, signal, isKilled }, sampler, reached }: {
    scope: Scope;
    ending: Ending;
    sampler: Recording["sampler"];
    reached?: ReachedSize;
  },
): PerfError {
  if (reached !== undefined) {
    return new PerfError(
      `Cannot report "${output}": nothing was measured, the recording ended at --max-size ${reached.size}`,
      { code: "perf", hint: `--max-size ${reached.next}` },
    );
  }
  const how = isKilled
    ? "SIGKILL, since it heard no other signal"
    : signal === null
    ? `status ${code}`
    : `signal ${signal}`;
  const missed = code === 0 && signal === null && !isKilled ? missedScope(scope) : undefined;
  const why = missed !== undefined
    ? `nothing was measured, ${missed}`
    : sampler === "perf"
    ? `nothing was measured, perf record ended with ${how}`
    : sampler === "v8"
    ? `V8's sampler of its heap has seen nothing, the program ended with ${how}`
    : `the built-in sampler has seen nothing, the program ended with ${how}`;
  return new PerfError(`Cannot report "${output}": ${why}`, { code: "perf" });
}

/** Names the scope that no sample fell into; `undefined` if everything was recorded. */
function missedScope(scope: Scope): string | undefined {
  switch (scope.kind) {
    case "all":
      return undefined;
    case "active":
      return "no sample fell into a time with trampolines on, as activateStackTrampoline() " +
        "turns them on";
    case "measure":
      return `no sample fell between performance.mark("${scope.name}") and ` +
        `performance.measure("${scope.name}")`;
  }
}
