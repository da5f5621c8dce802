/** Trees that flame graphs are drawn from. */
import { StackTrie } from "../../lib/recording/stack_trie.ts";
import type { Model } from "./model.ts";
import type { Weights } from "./selection.ts";

/** A tree of calls in preorder, with the place of each node on a line as long as the root's time. */
export interface CallTree {
  readonly length: number;
  /** Key of the function, thread or root; see {@linkcode splitKey} for tiers. */
  readonly key: ArrayLike<number>;
  readonly parent: ArrayLike<number>;
  /** Index behind the last node of the subtree. */
  readonly end: ArrayLike<number>;
  readonly depth: ArrayLike<number>;
  /** Where it begins, in the unit of weights. */
  readonly start: ArrayLike<number>;
  readonly total: ArrayLike<number>;
  readonly self: ArrayLike<number>;
  /** Time in the other recording, in a comparison. */
  readonly other?: ArrayLike<number>;
}

/** How a tree is made. */
export interface TreeOptions {
  /** The node that has each node's time; see `holders()`. */
  holder: Uint32Array;
  /** Whether code of different tiers, and inlined code, are nodes of their own. @default {false} */
  splitsTiers?: boolean;
}

/** A node's key, which tells tiers apart where they are split. */
export function treeKey(model: Model, node: number, splitsTiers: boolean): number {
  const key = model.keyOf(node);
  if (!splitsTiers || key >= model.functions) return key;
  const spot = model.spot[node]!;
  return key + (model.rootKey + 1) * (2 * model.spotTier[spot]! + model.spotInlined[spot]!);
}

/** Takes a tree's key apart. */
export function splitKey(
  model: Model,
  key: number,
): { key: number; tier: number; isInlined: boolean } {
  const size = model.rootKey + 1;
  const mark = Math.floor(key / size);
  return { key: key % size, tier: mark >> 1, isInlined: mark % 2 === 1 };
}

/** The tree of calls with the busiest callees on the left. */
export function buildCallTree(
  model: Model,
  weights: { shown: Weights; other?: Weights },
  { holder, splitsTiers = false }: TreeOptions,
): CallTree {
  const { shown, other } = weights;
  const trie = new StackTrie();
  const place = new Uint32Array(model.depth.length);
  const keys: number[] = [model.rootKey];
  for (let node = 1; node < place.length; node++) {
    if (shown.total[node] === 0 && !(other && other.total[node]! > 0)) {
      node = model.end[node]! - 1;
      continue;
    }
    const above = place[model.parent[node]!]!;
    if (holder[node] !== node) {
      place[node] = above;
      continue;
    }
    const key = treeKey(model, node, splitsTiers);
    place[node] = trie.child(above, key);
    keys[place[node]!] = key;
  }
  const { length } = trie;
  const self = new Float64Array(length);
  const otherTotal = other && new Float64Array(length);
  for (let node = 0; node < place.length; node++) {
    self[place[node]!]! += shown.self[node]!;
    if (otherTotal) otherTotal[place[node]!]! += other.self[node]!;
  }
  const total = self.slice();
  for (let node = length - 1; node > 0; node--) {
    const parent = trie.parentOf(node);
    total[parent]! += total[node]!;
    if (otherTotal) otherTotal[parent]! += otherTotal[node]!;
  }
  return leftHeavy({ trie, keys, self, total, other: otherTotal });
}

/** A tree whose nodes stand in any order, callers in front of callees. */
interface LooseTree {
  trie: StackTrie;
  keys: readonly number[];
  self: Float64Array;
  total: Float64Array;
  other: Float64Array | undefined;
}

function leftHeavy({ trie, keys, self, total, other }: LooseTree): CallTree {
  const { length } = trie;
  const { first, children } = sortedChildren(trie, total);
  const tree = {
    length,
    key: new Float64Array(length),
    parent: new Uint32Array(length),
    end: new Uint32Array(length),
    depth: new Uint32Array(length),
    start: new Float64Array(length),
    total: new Float64Array(length),
    self: new Float64Array(length),
    other: other && new Float64Array(length),
  };
  const open: { node: number; at: number; next: number; start: number }[] = [];
  let at = 0;
  const enter = (node: number, start: number) => {
    tree.key[at] = keys[node]!;
    tree.parent[at] = open.at(-1)?.at ?? 0;
    tree.depth[at] = open.length;
    tree.start[at] = start;
    tree.total[at] = total[node]!;
    tree.self[at] = self[node]!;
    if (tree.other) tree.other[at] = other![node]!;
    open.push({ node, at: at++, next: first[node]!, start });
  };
  enter(0, 0);
  while (open.length > 0) {
    const top = open.at(-1)!;
    if (top.next === first[top.node + 1]) {
      tree.end[top.at] = at;
      open.pop();
      continue;
    }
    const child = children[top.next++]!;
    const { start } = top;
    top.start += total[child]!;
    enter(child, start);
  }
  return tree;
}

/** The children of each node, the busiest first: those of a node stand from its `first` to the next one's. */
function sortedChildren(trie: StackTrie, total: Float64Array) {
  const { length } = trie;
  const first = new Uint32Array(length + 1);
  for (let node = 1; node < length; node++) first[trie.parentOf(node) + 1]!++;
  for (let node = 0; node < length; node++) first[node + 1]! += first[node]!;
  const next = first.slice();
  const children = new Uint32Array(length);
  for (let node = 1; node < length; node++) children[next[trie.parentOf(node)]!++] = node;
  for (let node = 0; node < length; node++) {
    if (first[node + 1]! - first[node]! < 2) continue;
    children.subarray(first[node], first[node + 1]).sort((a, b) => total[b]! - total[a]!);
  }
  return { first, children };
}
