import { activityOfFrame, type Frame } from "../../recording/frame.ts";
import type { Stack } from "../../recording/recording.ts";

/** The label of the node below which trees hang stacks without their outer frames. */
export const CUT_OFF_LABEL = "cut off: the outermost callers are missing";

/** The frame that stands for outer frames that are missing. */
export const CUT_OFF: Frame = { name: "[cut off]", kind: "runtime", module: "" };

/**
 * Whether the outer frames of a stack are missing. A garbage collection has no callers, since reports
 * take them away.
 */
export function isCutOff({ frames: [outermost], isCut }: Pick<Stack, "frames" | "isCut">): boolean {
  return isCut && outermost !== undefined && activityOfFrame(outermost) !== "garbage collection";
}

/**
 * The frames of a stack, below {@linkcode CUT_OFF} where outer ones are missing: a tree has one place
 * for all of those.
 */
export function framesBelowCut(stack: Stack): readonly Frame[] {
  return isCutOff(stack) ? [CUT_OFF, ...stack.frames] : stack.frames;
}
