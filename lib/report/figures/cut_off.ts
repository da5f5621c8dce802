import { activityOfFrame, type Frame } from "../../recording/frame.ts";
import type { Stack } from "../../recording/recording.ts";

/** The frame that stands for outer frames that are missing. */
export const CUT_OFF: Frame = { name: "[cut off]", kind: "runtime", module: "" };

/**
 * The frames of a stack, below {@linkcode CUT_OFF} where outer ones are missing: a tree has one place
 * for all of those. A garbage collection has no callers, since reports take them away.
 */
export function framesBelowCut({ frames, isCut }: Stack): readonly Frame[] {
  const isWhole = !isCut || frames[0] === undefined ||
    activityOfFrame(frames[0]) === "garbage collection";
  return isWhole ? frames : [CUT_OFF, ...frames];
}
