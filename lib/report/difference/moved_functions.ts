import type { Frame } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import { ViewedStack } from "../../recording/viewed_stack.ts";

/**
 * Gives the functions of a recording the lines that they have in another one, so that reports that
 * compare symbols find them again. Functions that share their name in a file keep their lines.
 *
 * @param recording The recording.
 * @param other The recording that has the lines.
 * @returns The recording with the other's lines.
 */
export function withLinesOf(recording: Recording, other: Recording): Recording {
  const [own, others] = [uniqueLines(recording), uniqueLines(other)];
  const known = new Map<Frame, Frame>();
  const moved = (frame: Frame) => {
    let result = known.get(frame);
    if (result === undefined) {
      const key = keyOf(frame);
      const line = key !== undefined && own.get(key) !== undefined ? others.get(key) : undefined;
      known.set(frame, result = line === undefined ? frame : { ...frame, line });
    }
    return result;
  };
  const stacks = recording.stacks.map((stack) =>
    new ViewedStack(stack, (frames) => frames.map(moved))
  );
  return { ...recording, stacks };
}

function keyOf({ name, file, line }: Frame): string | undefined {
  return file === undefined || line === undefined ? undefined : `${name}\0${file}`;
}

/** The lines of functions; `undefined` for those that share their name in a file. */
function uniqueLines({ stacks }: Recording): Map<string, number | undefined> {
  const lines = new Map<string, number | undefined>();
  const seen = new Set<Frame>();
  for (const { frames } of stacks) {
    for (const frame of frames) {
      if (seen.has(frame)) continue;
      seen.add(frame);
      const key = keyOf(frame);
      if (key === undefined) continue;
      const isOther = lines.has(key) && lines.get(key) !== frame.line;
      lines.set(key, isOther ? undefined : frame.line);
    }
  }
  return lines;
}
