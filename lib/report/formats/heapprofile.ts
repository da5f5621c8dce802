import { jsonPieces } from "../../base/json_pieces.ts";
import type { Recording } from "../../recording/recording.ts";
import { StackTrie } from "../../recording/stack_trie.ts";
import { CallFrames, META_NAMES } from "../figures/call_frames.ts";
import { childFinder } from "../figures/child_finder.ts";
import { framesBelowCut } from "../figures/cut_off.ts";
import { Sums } from "../figures/sums.ts";

/** `HeapProfiler.SamplingHeapProfileNode` of the DevTools protocol. */
interface HeapNode {
  callFrame: ReturnType<CallFrames["at"]>;
  /** Bytes of the function's own. */
  selfSize: number;
  /** Counted from 1. */
  id: number;
  children: HeapNode[];
}

/**
 * A profile of memory for Chrome DevTools and VS Code, of the DevTools protocol's
 * `HeapProfiler.SamplingHeapProfile`
 * (https://chromedevtools.github.io/devtools-protocol/tot/HeapProfiler/#type-SamplingHeapProfile).
 * Threads are the outermost nodes where there are several.
 *
 * @param recording A recording whose weights are bytes.
 * @returns The file's text, in pieces.
 */
export function formatHeapProfile(recording: Recording): Iterable<string> {
  const frames = new CallFrames();
  const tree = new StackTrie();
  const own = new Sums();
  const samples: { size: number; nodeId: number; ordinal: number }[] = [];
  const threads = new Set(recording.stacks.map(({ thread }) => thread));
  for (const stack of recording.stacks) {
    let node: number = StackTrie.ROOT;
    if (threads.size > 1) node = tree.child(node, frames.idOfName(stack.thread));
    for (const frame of framesBelowCut(stack)) node = tree.child(node, frames.idOf(frame));
    own.add(node, stack.weight);
    // One for each stack: readers add them up by node. They begin at 1, as V8's do.
    samples.push({ size: stack.weight, nodeId: node + 1, ordinal: samples.length + 1 });
  }
  const childrenOf = childFinder(tree);
  const nodeOf = (node: number): HeapNode => ({
    callFrame: frames.at(
      node === StackTrie.ROOT ? frames.idOfName(META_NAMES.root) : tree.itemOf(node),
    ),
    selfSize: own.at(node),
    id: node + 1,
    children: childrenOf(node).map(nodeOf),
  });
  return jsonPieces({ head: nodeOf(StackTrie.ROOT), samples });
}
