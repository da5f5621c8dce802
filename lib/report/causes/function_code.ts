import { type CodeHistory, functionKey } from "../../recording/code_history.ts";
import { activityOfFrame, type CodeTier } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import type { FunctionCode } from "./cause.ts";
import { isFailure } from "./deopt_reasons.ts";
import { placeOf, programStacks } from "./program_stacks.ts";

/** The activities by which V8 makes code. */
const COMPILATIONS: readonly (string | undefined)[] = ["compile", "optimise", "deoptimise"];

/**
 * Tells for each function the compilers whose code took its time, how often V8 optimised and
 * deoptimised it, and the time that V8 compiled and collected garbage on its behalf.
 *
 * @returns The functions, from the most self time to the least.
 */
export function functionCode(recording: Recording): FunctionCode[] {
  const functions = new Map<string, FunctionCode & { tiers: Map<CodeTier, number> }>();
  for (const { frames, index, innermost, weight } of programStacks(recording)) {
    const key = functionKey(innermost);
    let entry = functions.get(key);
    if (entry === undefined) {
      functions.set(
        key,
        entry = {
          ...placeOf(innermost),
          ...{ self: 0, tiers: new Map(), compiling: 0, collecting: 0 },
        },
      );
    }
    entry.self += weight;
    for (const activity of frames.slice(index + 1).map(activityOfFrame)) {
      if (activity === "garbage collection") entry.collecting += weight;
      else if (COMPILATIONS.includes(activity)) entry.compiling += weight;
    }
    const { tier } = innermost;
    if (tier !== undefined) entry.tiers.set(tier, (entry.tiers.get(tier) ?? 0) + weight);
  }
  const { history } = recording;
  if (history !== undefined) addHistory(functions, history);
  return [...functions.values()].sort((a, b) => b.self - a.self);
}

function addHistory(
  functions: ReadonlyMap<string, FunctionCode>,
  { compilations, deopts }: CodeHistory,
): void {
  for (const entry of functions.values()) {
    entry.maglev = entry.turbofan = entry.deopts = 0;
  }
  for (const compiled of compilations) {
    const entry = functions.get(functionKey(compiled));
    if (entry === undefined) continue;
    entry.maglev! += compiled.maglev;
    entry.turbofan! += compiled.turbofan;
  }
  for (const deopt of deopts) {
    const entry = functions.get(functionKey(deopt));
    if (entry !== undefined && isFailure(deopt.reason)) entry.deopts! += deopt.count;
  }
}
