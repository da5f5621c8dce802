import { type Frame, frameSymbol } from "../recording/frame.ts";
import type { Recording } from "../recording/recording.ts";

/**
 * Formats folded stacks, one a line: thread and frames, outermost first, separated by `;`, then the
 * weight. Brendan Gregg's flamegraph.pl and many other tools read them.
 *
 * @param recording The recording.
 */
export function* formatFolded(recording: Recording): Generator<string> {
  for (const [stack, weight] of [...foldedStacks(recording)].sort(byText)) {
    yield `${stack} ${weight}\n`;
  }
}

/**
 * Formats the folded stacks of two recordings, with both weights, as difffolded.pl does.
 *
 * @param before The earlier recording, whose weights come first.
 * @param after The later recording.
 */
export function* formatFoldedDifference(
  before: Recording,
  after: Recording,
): Generator<string> {
  const [a, b] = [foldedStacks(before), foldedStacks(after)];
  for (const [stack] of [...new Map([...a, ...b])].sort(byText)) {
    yield `${stack} ${a.get(stack) ?? 0} ${b.get(stack) ?? 0}\n`;
  }
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
    const stack = withoutNumber([unseparated(thread), ...frames.map(nameOf)].join(";"));
    weights.set(stack, (weights.get(stack) ?? 0) + weight);
  }
  return weights;
}

/** Replaces the format's separators in a name. */
function unseparated(name: string): string {
  return name.replaceAll(";", ":").replace(/\s+/g, " ");
}

/**
 * A stack whose last name does not end in a number of its own: flamegraph.pl takes two numbers at a
 * line's end for a difference.
 */
function withoutNumber(stack: string): string {
  return stack.replace(/ (?=\d+(?:\.\d*)?$)/, "_");
}

function byText([a]: [string, number], [b]: [string, number]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
