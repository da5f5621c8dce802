import { type Frame, frameSymbol } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import { StackTrie } from "../../recording/stack_trie.ts";
import { childFinder } from "../figures/child_finder.ts";
import { Sums } from "../figures/sums.ts";

/**
 * Formats folded stacks, one a line: thread and frames, outermost first, separated by `;`, then the
 * weight. Brendan Gregg's flamegraph.pl and many other tools read them.
 *
 * @param recording The recording.
 */
export function* formatFolded(recording: Recording): Generator<string> {
  for (const { stack, weights } of foldedStacks([recording])) yield `${stack} ${weights[0]}\n`;
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
  for (const { stack, weights } of foldedStacks([before, after])) {
    yield `${stack} ${weights.join(" ")}\n`;
  }
}

/** A stack with its weights in some recordings. */
interface FoldedStack {
  stack: string;
  weights: number[];
}

/**
 * The stacks of some recordings, in the order of their names. Their texts would take ten times the
 * memory of the tree, so each is made when its turn has come.
 */
function* foldedStacks(recordings: readonly Pick<Recording, "stacks">[]): Generator<FoldedStack> {
  const trie = new StackTrie();
  const names: string[] = [];
  const ids = new Map<string | Frame, number>();
  const idOf = (key: string | Frame, name: string) => {
    let id = ids.get(name);
    if (id === undefined) ids.set(name, id = names.push(name) - 1);
    ids.set(key, id);
    return id;
  };
  const idOfFrame = (frame: Frame) =>
    ids.get(frame) ?? idOf(frame, unseparated(frameSymbol(frame)));
  const samples = new Sums();
  const sums = recordings.map(({ stacks }) => {
    const weights = new Sums();
    for (const { thread, frames, weight } of stacks) {
      const name = unseparated(thread);
      let node = trie.child(StackTrie.ROOT, ids.get(name) ?? idOf(name, name));
      for (const frame of frames) node = trie.child(node, idOfFrame(frame));
      samples.add(node, 1);
      weights.add(node, weight);
    }
    return weights;
  });
  const childrenOf = childFinder(trie);
  const nameOf = (node: number) => names[trie.itemOf(node)]!;
  const fromLast = (a: number, b: number) => nameOf(a) < nameOf(b) ? 1 : -1;
  const waiting = childrenOf(StackTrie.ROOT).sort(fromLast);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (samples.at(node) > 0) {
      const stack = withoutNumber(trie.pathTo(node).map((id) => names[id]).join(";"));
      yield { stack, weights: sums.map((weights) => weights.at(node!)) };
    }
    waiting.push(...childrenOf(node).sort(fromLast));
  }
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
