import { type Frame, frameSymbol } from "../../recording/frame.ts";
import type { Stack } from "../../recording/recording.ts";

/** A frame with its callees, or a thread. */
export interface CallNode {
  /** The symbol of the frame, or the name of the thread. */
  name: string;
  /** The frame; `undefined` for a thread and for the root. */
  frame: Frame | undefined;
  /** The number of samples in it and its callees. */
  samples: number;
  /** The weight of these samples. */
  weight: number;
  /** Its callees by symbol. */
  callees: Map<string, CallNode>;
}

/**
 * Makes the tree of all calls: a root, below it the threads, below each its frames, outermost
 * first.
 */
export function callTree(stacks: Iterable<Stack>): CallNode {
  const root = newNode("", undefined);
  const symbols = new Map<Frame, string>();
  for (const { thread, frames, samples, weight } of stacks) {
    let node = root;
    const enter = (name: string, frame?: Frame) => {
      let callee = node.callees.get(name);
      if (callee === undefined) {
        if (node.callees === NO_CALLEES) node.callees = new Map();
        node.callees.set(name, callee = newNode(name, frame));
      }
      callee.samples += samples;
      callee.weight += weight;
      node = callee;
    };
    root.samples += samples;
    root.weight += weight;
    enter(thread);
    for (const frame of frames) {
      let symbol = symbols.get(frame);
      if (symbol === undefined) symbols.set(frame, symbol = frameSymbol(frame));
      enter(symbol, frame);
    }
  }
  return root;
}

/** The callees of all nodes that have none: most nodes of large recordings, so their maps would fill the memory. */
const NO_CALLEES: Map<string, CallNode> = new Map();

function newNode(name: string, frame: Frame | undefined): CallNode {
  return { name, frame, samples: 0, weight: 0, callees: NO_CALLEES };
}

/** Returns the callees of a node, the busiest first. */
export function busiestCallees({ callees }: CallNode): CallNode[] {
  return [...callees.values()].sort((a, b) => b.weight - a.weight);
}

/** Yields all nodes below one that weigh enough: callers before callees, the busiest first. */
export function* walkTree(
  node: CallNode,
  minimum: number,
  depth = 0,
): Generator<{ node: CallNode; depth: number }> {
  for (const callee of busiestCallees(node)) {
    if (callee.weight < minimum) return;
    yield { node: callee, depth };
    yield* walkTree(callee, minimum, depth + 1);
  }
}
