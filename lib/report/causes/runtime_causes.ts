import { activityOfFrame, type Frame } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import type { RuntimeActivity } from "../../v8_log/runtime_activity.ts";
import type { Cause, CauseKind } from "./cause.ts";
import { LineWeights } from "./line_weights.ts";
import { placeOf, programStacks, type SourceFrame } from "./program_stacks.ts";

/** The words for an activity of V8's on behalf of a line. */
interface ActivityWords {
  kind: CauseKind;
  fact: string;
  advice: string;
}

const ACTIVITIES: Readonly<Partial<Record<RuntimeActivity, ActivityWords>>> = {
  "garbage collection": {
    kind: "garbage collection",
    fact: "garbage collections that began at allocations here",
    advice:
      "Allocate less on this line: reuse objects and arrays, and build no intermediate copies.",
  },
  compile: {
    kind: "compilation",
    fact: "V8 compiles code that this line calls or evaluates",
    advice: "Create functions once, outside of loops, and avoid eval and new Function; code that " +
      "runs once at the start cannot do without.",
  },
  "inline cache": {
    kind: "inline cache",
    fact: "property look-ups that V8's inline caches do not answer",
    advice: "Keep the shapes of these objects the same: do not delete properties, and use a Map " +
      "where names vary.",
  },
};

/** Builtins that compile a text (v8/src/builtins/builtins-global.cc, builtins-function.cc). */
const EVALUATION = /^(?:GlobalEval|\w*FunctionConstructor)$/;

/**
 * Whether V8 compiles a function at its first call from the body of a module, which runs once: a
 * program cannot do without.
 */
function isLoading({ name }: SourceFrame, builtin: Frame): boolean {
  return name === "<module>" && !EVALUATION.test(builtin.name);
}

/** Finds the lines on whose behalf V8 collects garbage, compiles, or looks properties up in C++. */
export function* runtimeCauses(
  recording: Recording,
): Generator<Omit<Cause, "share"> & { samples: number }> {
  const byActivity = new Map<string, LineWeights>();
  for (const { frames, index, innermost, weight, samples } of programStacks(recording)) {
    for (let i = frames.length - 1; i > index; i--) {
      const activity = activityOfFrame(frames[i]!);
      if (activity === undefined || !Object.hasOwn(ACTIVITIES, activity)) continue;
      if (activity === "compile" && isLoading(innermost, frames[i - 1]!)) break;
      let lines = byActivity.get(activity);
      if (lines === undefined) byActivity.set(activity, lines = new LineWeights());
      lines.add({ fn: placeOf(innermost), ...innermost.position, weight, samples });
      break;
    }
  }
  for (const [activity, lines] of byActivity) {
    const words = ACTIVITIES[activity as RuntimeActivity]!;
    for (const { fn, line, column, weight, samples } of lines.all()) {
      yield { ...words, fn, line, column, weight, samples };
    }
  }
}
