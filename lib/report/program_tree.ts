import type { Stack } from "../recording/recording.ts";
import { type Frame, frameSymbol } from "../recording/frame.ts";
import { isPackageFrame } from "./program_view.ts";

/** A function of the program and what it called. */
export interface ProgramNode {
  /** Tells it from its siblings. */
  key: string;
  /** A frame of the function; `undefined` for a thread, for stacks that were cut off, for the root. */
  frame: Frame | undefined;
  /** The name of a thread or of cut stacks; empty where there is a frame. */
  label: string;
  /** Time in it and below, in the recording's unit. */
  weight: number;
  /** Whether it called itself, over others or directly. */
  isRecursive: boolean;
  callees: Map<string, ProgramNode>;
}

/** What the stacks without their outermost frames hang under. */
export const CUT_OFF = "cut off: the outermost callers are missing";

/**
 * The calls of a program's functions. Recursion is folded: where a function stands on the stack
 * already, its next call goes on from there. Threads are told apart where several have functions.
 *
 * @param stacks The stacks of a program view.
 */
export function programTree(stacks: readonly Stack[]): ProgramNode {
  const root = newNode("", "");
  const keys = new Map<Frame, string>();
  const keyOf = (frame: Frame) => {
    let key = keys.get(frame);
    if (key === undefined) keys.set(frame, key = frameSymbol(frame));
    return key;
  };
  for (const { thread, frames, weight, isCut } of stacks) {
    if (frames.length === 0) continue;
    root.weight += weight;
    let node = entered(root, `thread ${thread}`, { label: thread });
    node.weight += weight;
    if (isCut) {
      node = entered(node, "", { label: CUT_OFF });
      node.weight += weight;
    }
    addPath(node, frames, { weight, keyOf });
  }
  if (root.callees.size !== 1) return root;
  const [only] = root.callees.values();
  return only!;
}

/** A frame of a stack whose recursion is folded. */
interface PathEntry {
  key: string;
  frame: Frame;
  isRecursive: boolean;
}

function addPath(
  start: ProgramNode,
  frames: readonly Frame[],
  { weight, keyOf }: { weight: number; keyOf: (frame: Frame) => string },
): void {
  let node = start;
  for (const { key, frame, isRecursive } of foldedPath(frames, keyOf)) {
    node = entered(node, key, { frame });
    node.weight += weight;
    node.isRecursive ||= isRecursive;
  }
}

/** The frames of a stack; one that stands there already takes the place of all since. */
function foldedPath(frames: readonly Frame[], keyOf: (frame: Frame) => string): PathEntry[] {
  const path: PathEntry[] = [];
  const depths = new Map<string, number>();
  for (const frame of frames) {
    const key = keyOf(frame);
    if (isPackageFrame(frame)) {
      // A package that calls the program, and is called by it, has not called itself.
      if (path.at(-1)?.key !== key) path.push({ key, frame, isRecursive: false });
      continue;
    }
    const depth = depths.get(key);
    if (depth === undefined) {
      depths.set(key, path.push({ key, frame, isRecursive: false }) - 1);
      continue;
    }
    path[depth]!.isRecursive = true;
    for (const { key } of path.splice(depth + 1)) depths.delete(key);
  }
  return path;
}

function entered(
  caller: ProgramNode,
  key: string,
  { frame, label = "" }: { frame?: Frame; label?: string },
): ProgramNode {
  let node = caller.callees.get(key);
  if (node === undefined) caller.callees.set(key, node = newNode(key, label, frame));
  return node;
}

function newNode(key: string, label: string, frame?: Frame): ProgramNode {
  return { key, frame, label, weight: 0, isRecursive: false, callees: new Map() };
}

/** A node with its depth below the root. */
export interface ShownNode {
  node: ProgramNode;
  depth: number;
}

/**
 * The heaviest nodes of a tree, each below its caller.
 *
 * @param root The tree.
 * @param limits The most nodes, and the least weight of one.
 * @returns The nodes in the order in which they are shown, and how many weigh enough but are left out.
 */
export function heaviestNodes(
  root: ProgramNode,
  { most, least }: { most: number; least: number },
): { nodes: ShownNode[]; omitted: number } {
  const weights: number[] = [];
  const pending = [root];
  for (let node; (node = pending.pop()) !== undefined;) {
    for (const callee of node.callees.values()) {
      if (callee.weight < least) continue;
      weights.push(callee.weight);
      pending.push(callee);
    }
  }
  // No callee is heavier than its caller, so the callers of the heaviest are among them.
  const limit = weights.sort((a, b) => b - a)[most - 1] ?? least;
  const nodes: ShownNode[] = [];
  const visit = (node: ProgramNode, depth: number) => {
    for (const callee of [...node.callees.values()].sort((a, b) => b.weight - a.weight)) {
      if (callee.weight < Math.max(limit, least) || nodes.length >= most) return;
      nodes.push({ node: callee, depth });
      visit(callee, depth + 1);
    }
  };
  visit(root, 0);
  return { nodes, omitted: weights.length - nodes.length };
}
