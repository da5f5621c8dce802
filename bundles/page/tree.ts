/** The tree of all calls, which the flame graph draws. */
import { type Count, frameName, type PageData, type PageFrame, shortPosition } from "./data.ts";

/** A frame and its callees. The library adds `fade` and `hide`. */
export interface TreeNode {
  /** The text in its box. */
  name: string;
  /** The width of its box. */
  value: number;
  children: TreeNode[];
  /** The frame; `undefined` for threads and for the root. */
  frame: PageFrame | undefined;
  now: Count;
  before: Count;
  /** Weight of samples in which this frame called no frame that is shown. */
  self: number;
}

/** Whether a frame is shown. */
export type Filter = (frame: PageFrame) => boolean;

/** Builds the tree. The time of a frame that is not shown goes to its caller. */
export function buildTree(data: PageData, isShown: Filter): TreeNode {
  const root = newNode("all", undefined);
  const children = new Map<TreeNode, Map<PageFrame | string, TreeNode>>();
  const childOf = (parent: TreeNode, key: PageFrame | string) => {
    let known = children.get(parent);
    if (known === undefined) children.set(parent, known = new Map());
    let child = known.get(key);
    if (child === undefined) {
      child = typeof key === "string" ? newNode(key, undefined) : newNode(labelOf(key), key);
      known.set(key, child);
      parent.children.push(child);
    }
    return child;
  };
  for (
    const [thread, frames, samples, weight, samplesBefore = 0, weightBefore = 0] of data.stacks
  ) {
    const count = (node: TreeNode) => {
      node.now.samples += samples;
      node.now.weight += weight;
      node.before.samples += samplesBefore;
      node.before.weight += weightBefore;
    };
    let node = root;
    count(node);
    count(node = childOf(node, data.threads[thread]!));
    for (const id of frames) {
      const frame = data.frames[id]!;
      if (isShown(frame)) count(node = childOf(node, frame));
    }
    node.self += weight;
  }
  return root;
}

function newNode(name: string, frame: PageFrame | undefined): TreeNode {
  const nothing = () => ({ samples: 0, weight: 0 });
  return {
    name,
    value: 0,
    children: [],
    frame,
    now: nothing(),
    before: nothing(),
    self: 0,
  };
}

function labelOf(frame: PageFrame): string {
  return frame.file === undefined ? frameName(frame) : `${frame.name}  ${shortPosition(frame)}`;
}

/** Gives every node its width, and sorts callees by it, the busiest first. */
export function setValues(
  node: TreeNode,
  valueOf: (node: TreeNode) => number,
): void {
  node.value = valueOf(node);
  for (const child of node.children) setValues(child, valueOf);
  node.children.sort((a, b) => b.value - a.value);
}

/** A function, and its time in all stacks together. */
export interface FunctionTotal {
  frame: PageFrame;
  /** Time in the function itself. */
  self: Count;
  /** Time in the function and its callees; recursion counts once. */
  total: Count;
  /** The times of the earlier recording. */
  selfBefore: Count;
  totalBefore: Count;
}

/** Sums up every function that is shown. */
export function functionTotals(
  data: PageData,
  isShown: Filter,
): FunctionTotal[] {
  const functions = new Map<PageFrame, FunctionTotal>();
  for (const [, ids, ...counts] of data.stacks) {
    const frames = ids.map((id) => data.frames[id]!).filter(isShown);
    for (const frame of new Set(frames)) {
      let known = functions.get(frame);
      if (known === undefined) functions.set(frame, known = newTotal(frame));
      addTo(known.total, known.totalBefore, counts);
      if (frame === frames.at(-1)) addTo(known.self, known.selfBefore, counts);
    }
  }
  return [...functions.values()];
}

function newTotal(frame: PageFrame): FunctionTotal {
  const nothing = () => ({ samples: 0, weight: 0 });
  return {
    frame,
    self: nothing(),
    total: nothing(),
    selfBefore: nothing(),
    totalBefore: nothing(),
  };
}

function addTo(
  now: Count,
  before: Count,
  counts: (number | undefined)[],
): void {
  const [samples = 0, weight = 0, samplesBefore = 0, weightBefore = 0] = counts;
  now.samples += samples;
  now.weight += weight;
  before.samples += samplesBefore;
  before.weight += weightBefore;
}
