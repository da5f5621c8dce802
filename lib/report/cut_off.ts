import type { Frame } from "../recording/frame.ts";
import type { Stack } from "../recording/recording.ts";

/** The frame that stands for outer frames that are missing. */
export const CUT_OFF: Frame = { name: "[cut off]", kind: "runtime", module: "" };

/** The frames of a stack, below {@linkcode CUT_OFF} where outer ones are missing: a tree has one place for all of those. */
export function framesBelowCut({ frames, isCut }: Stack): readonly Frame[] {
  return isCut ? [CUT_OFF, ...frames] : frames;
}
