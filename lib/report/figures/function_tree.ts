import type { Frame } from "../../recording/frame.ts";
import { frameSymbol } from "../../recording/frame.ts";
import type { Stack } from "../../recording/recording.ts";
import { framesBelowCut } from "./cut_off.ts";

/** A function, where it was called from one way. */
export interface FunctionNode {
  /** The function; `undefined` for the root. */
  frame: Frame | undefined;
  /** Time in it and in all that it called, in the recording's unit. */
  total: number;
  /** Time in it, and in frames that the tree leaves out below it. */
  self: number;
  callees: Map<string, FunctionNode>;
}

/**
 * The calls of functions, all threads together. Recursion is folded: where a function is on the stack
 * already, the stack goes on from its first call.
 *
 * @param stacks All stacks.
 * @param isShown Whether a frame is in the tree; the time of others goes to their callers.
 * @returns The root.
 */
export function functionTree(
  stacks: Iterable<Stack>,
  isShown: (frame: Frame) => boolean,
): FunctionNode {
  const root = newNode(undefined);
  const keys = new Map<Frame, string>();
  const keyOf = (frame: Frame) => {
    let key = keys.get(frame);
    if (key === undefined) keys.set(frame, key = `${frameSymbol(frame)}\0${frame.module}`);
    return key;
  };
  for (const stack of stacks) {
    const { weight } = stack;
    root.total += weight;
    let node = root;
    const path: { key: string; node: FunctionNode }[] = [];
    const depths = new Map<string, number>();
    for (const frame of framesBelowCut(stack)) {
      if (!isShown(frame)) continue;
      const key = keyOf(frame);
      const depth = depths.get(key);
      if (depth !== undefined) {
        for (const { key } of path.splice(depth)) depths.delete(key);
        node = path.at(-1)?.node ?? root;
      }
      let callee = node.callees.get(key);
      if (callee === undefined) {
        if (node.callees === NO_CALLEES) node.callees = new Map();
        node.callees.set(key, callee = newNode(frame));
      }
      depths.set(key, path.push({ key, node: callee }) - 1);
      node = callee;
    }
    node.self += weight;
    for (const { node } of path) node.total += weight;
  }
  return root;
}

/** The callees of all nodes that have none. */
const NO_CALLEES: Map<string, FunctionNode> = new Map();

function newNode(frame: Frame | undefined): FunctionNode {
  return { frame, total: 0, self: 0, callees: NO_CALLEES };
}

/** A node of {@linkcode heaviestNodes}. */
export interface ShownNode {
  node: FunctionNode;
  /** 0 for the functions that nothing calls. */
  depth: number;
}

/**
 * The heaviest nodes of a tree in the order in which a tree is printed: callers before what they
 * call, the heaviest callee first.
 *
 * @param root The root, which is left out.
 * @param options The number of nodes, and what they must weigh at least.
 */
export function heaviestNodes(
  root: FunctionNode,
  { count, minimum }: { count: number; minimum: number },
): { shown: ShownNode[]; left: number } {
  let all = 0;
  const heavy: FunctionNode[] = [];
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const callee of node.callees.values()) {
      // Folded recursion can leave nodes without time.
      if (callee.total > 0) all++;
      if (callee.total > 0 && callee.total >= minimum) heavy.push(callee);
      waiting.push(callee);
    }
  }
  // A caller is found before what it calls, and sorting keeps the order of equals: none is chosen without its caller.
  const chosen = new Set(heavy.sort((a, b) => b.total - a.total).slice(0, Math.max(0, count)));
  const shown: ShownNode[] = [];
  const print = (node: FunctionNode, depth: number) => {
    const callees = [...node.callees.values()].sort((a, b) => b.total - a.total);
    for (const callee of callees) {
      if (!chosen.has(callee)) continue;
      shown.push({ node: callee, depth });
      print(callee, depth + 1);
    }
  };
  print(root, 0);
  return { shown, left: all - shown.length };
}
