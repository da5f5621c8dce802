import { Progress } from "../../lib/command/progress.ts";
import { readRecordings } from "../../lib/command/report/recorded.ts";
import type { Frame } from "../../lib/recording/frame.ts";
import type { Recording } from "../../lib/recording/recording.ts";

/** A stack with its weight. */
export interface SeenStack {
  thread: string;
  /** From the outermost in. */
  frames: readonly Frame[];
  weight: number;
}

/** Reads a recording with V8's logs beside it. */
export async function readRecorded(path: string): Promise<Recording> {
  const [recording] = await readRecordings(path, new Progress({ isQuiet: true }));
  return recording!;
}

/** The stacks of a recording, each with its frames made once. */
export function stacksOf({ stacks }: Recording): SeenStack[] {
  return stacks.map(({ thread, frames, weight }) => ({ thread, frames, weight }));
}

/**
 * The functions of a stack that are in one of the files, by the name's last part, outermost first.
 */
export function functionsIn({ frames }: SeenStack, file: RegExp): string[] {
  return frames.filter((frame) => frame.file !== undefined && file.test(frame.file))
    .map(({ name }) => name);
}

/** The sum of the weights of stacks that fit. */
export function weightOf(
  stacks: readonly SeenStack[],
  fits: (stack: SeenStack) => boolean,
): number {
  return stacks.reduce((sum, stack) => fits(stack) ? sum + stack.weight : sum, 0);
}
