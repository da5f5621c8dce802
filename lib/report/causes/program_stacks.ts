import { type Frame, isApp } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import type { FunctionPlace } from "../../recording/code_history.ts";

/** A frame of a function with a source. */
export interface SourceFrame extends Frame {
  file: string;
}

/** A stack with a function of the program. */
export interface ProgramStack {
  /** All frames, outermost first. */
  frames: readonly Frame[];
  /** Index of the innermost function of the program or of a package. */
  index: number;
  /** That function's frame. */
  innermost: SourceFrame;
  weight: number;
  samples: number;
}

/** Yields the stacks that have a function of the program or of a package. */
export function* programStacks(
  { stacks }: Pick<Recording, "stacks">,
): Generator<ProgramStack> {
  for (const { frames, weight, samples } of stacks) {
    const index = frames.findLastIndex((frame) => frame.file !== undefined && isApp(frame));
    if (index < 0) continue;
    yield { frames, index, innermost: frames[index] as SourceFrame, weight, samples };
  }
}

/** The function of a frame. */
export function placeOf({ name, file, line }: SourceFrame): FunctionPlace {
  return { name, file, line };
}
