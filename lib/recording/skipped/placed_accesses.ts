import type { Frame } from "../frame.ts";
import type { Recording } from "../recording.ts";
import { StackTable } from "../stack_table.ts";
import { RecordedAccesses } from "./recorded_accesses.ts";

/**
 * Gives functions that were added to stacks the place of the property access that they have called a
 * builtin for, where their other samples leave just one.
 *
 * @returns The recording itself where no such place is found.
 */
export function withPlacedAccesses(recording: Recording): Recording {
  const accesses = RecordedAccesses.of(recording);
  if (accesses === undefined) return recording;
  const table = new StackTable();
  let isChanged = false;
  const indices = recording.stacks.map(({ thread, frames, ...count }) => {
    const placed = placedFrames(frames, accesses);
    if (placed !== frames) isChanged = true;
    const { weight, samples, objects, isCut } = count;
    return table.add(thread, placed, { weight, samples, objects, isCut });
  });
  if (!isChanged) return recording;
  return { ...recording, stacks: table.stacks(), samples: recording.samples.withStacks(indices) };
}

function placedFrames(frames: readonly Frame[], accesses: RecordedAccesses): readonly Frame[] {
  const stack = accesses.accessOf(frames);
  if (stack === undefined) return frames;
  const { at, access } = stack;
  if (frames[at - 1]!.position !== undefined) return frames;
  const [site, ...others] = accesses.sitesOf(frames[at - 1]!, access);
  if (site === undefined || others.length > 0 || site.others.size > 0) return frames;
  return [...frames.slice(0, at - 1), ...site.frames, ...frames.slice(at)];
}
