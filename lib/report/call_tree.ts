import { type Frame, frameSymbol } from "../recording/frame.ts";
import type { Stack } from "../recording/recording.ts";

/** A frame and what was called from it, or a thread. */
export interface CallNode {
  /** Symbol of the frame, or name of the thread. */
  name: string;
  /** The frame; `undefined` for a thread and for the root. */
  frame: Frame | undefined;
  /** Samples in it and below. */
  samples: number;
  /** What they stand for. */
  weight: number;
  /** By symbol. */
  callees: Map<string, CallNode>;
}

/** The calls of all stacks: a root, below it the threads, below each its frames from the outermost in. */
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

/** What a node calls, the busiest first. */
export function busiestCallees({ callees }: CallNode): CallNode[] {
  return [...callees.values()].sort((a, b) => b.weight - a.weight);
}

/** All nodes below one that weigh enough, callers before what they call, the busiest first. */
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
