import { type Frame, frameSymbol } from "../recording/frame.ts";
import type { Recording } from "../recording/recording.ts";

/**
 * Formats folded stacks, one a line: thread and frames, outermost first, separated by `;`, then the
 * weight. Brendan Gregg's flamegraph.pl and many other tools read them.
 *
 * @param recording The recording.
 */
export function formatFolded(recording: Recording): string {
  const counts = foldedStacks(recording);
  return [...counts].sort(byText).map(([stack, count]) => `${stack} ${count}\n`)
    .join("");
}

/**
 * Formats the folded stacks of two recordings, with both weights, as difffolded.pl does.
 *
 * @param before The earlier recording, whose weights come first.
 * @param after The later recording.
 */
export function formatFoldedDifference(
  before: Recording,
  after: Recording,
): string {
  const [a, b] = [foldedStacks(before), foldedStacks(after)];
  const stacks = new Map([...a, ...b]);
  return [...stacks].sort(byText)
    .map(([stack]) => `${stack} ${a.get(stack) ?? 0} ${b.get(stack) ?? 0}\n`)
    .join("");
}

/** Weights by folded stack. */
function foldedStacks({ stacks }: Recording): Map<string, number> {
  const names = new Map<Frame, string>();
  const nameOf = (frame: Frame) => {
    let name = names.get(frame);
    if (name === undefined) {
      names.set(frame, name = unseparated(frameSymbol(frame)));
    }
    return name;
  };
  const weights = new Map<string, number>();
  for (const { thread, frames, weight } of stacks) {
    const stack = [unseparated(thread), ...frames.map(nameOf)].join(";");
    weights.set(stack, (weights.get(stack) ?? 0) + weight);
  }
  return weights;
}

/** Replaces the format's separators in a name. */
function unseparated(name: string): string {
  return name.replaceAll(";", ":").replace(/\s+/g, " ");
}

function byText([a]: [string, number], [b]: [string, number]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
