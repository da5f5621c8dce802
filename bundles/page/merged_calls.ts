/** The tree of calls with nodes of one function merged; it does not depend on the chosen samples. */
import { StackTrie } from "../../lib/recording/stack_trie.ts";
import type { Model } from "./model.ts";
import { isStep, type Steps } from "./steps.ts";

/** Merged calls. Callees are newer than their callers. */
export interface MergedCalls {
  readonly length: number;
  /** Key of the function, thread or root; see {@linkcode splitKey} for tiers. */
  readonly key: Int32Array;
  readonly parent: Uint32Array;
  readonly depth: Uint32Array;
  /** The merged call that a node of the model became part of. */
  readonly place: Uint32Array;
  /** Where the children of each call begin in `children`; they end where those of the next begin. */
  readonly first: Uint32Array;
  readonly children: Uint32Array;
}

/** Options of {@linkcode mergeCalls}. */
export interface MergeOptions {
  /** The node that has each node's time; see `holders()`. */
  holder: Uint32Array;
  /** Whether code of different tiers, and inlined code, are nodes of their own. @default {false} */
  splitsTiers?: boolean;
}

/** A node's key, which tells tiers apart where they are split. */
function treeKey(model: Model, node: number, splitsTiers: boolean): number {
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

/** Merges calls of one function from one place. */
export function* mergeCalls(
  model: Model,
  { holder, splitsTiers = false }: MergeOptions,
): Steps<MergedCalls> {
  const trie = new StackTrie();
  const place = new Uint32Array(model.depth.length);
  for (let node = 1; node < place.length; node++) {
    if (isStep(node)) yield;
    const above = place[model.parent[node]!]!;
    place[node] = holder[node] === node
      ? trie.child(above, treeKey(model, node, splitsTiers))
      : above;
  }
  const { length } = trie;
  const merged = {
    length,
    key: new Int32Array(length),
    parent: new Uint32Array(length),
    depth: new Uint32Array(length),
    place,
    first: new Uint32Array(length + 1),
    children: new Uint32Array(length),
  };
  merged.key[0] = model.rootKey;
  for (let node = 1; node < length; node++) {
    if (isStep(node)) yield;
    const parent = trie.parentOf(node);
    merged.key[node] = trie.itemOf(node);
    merged.parent[node] = parent;
    merged.depth[node] = merged.depth[parent]! + 1;
    merged.first[parent + 1]!++;
  }
  for (let node = 0; node < length; node++) merged.first[node + 1]! += merged.first[node]!;
  const next = merged.first.slice();
  for (let node = 1; node < length; node++) {
    merged.children[next[merged.parent[node]!]!++] = node;
  }
  return merged;
}
