/** Trees that flame graphs are drawn from. */
import type { MergedCalls } from "./merged_calls.ts";
import type { Weights } from "./selection.ts";
import { isStep, type Steps } from "./steps.ts";

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

/** The tree of calls with the busiest callees on the left; calls without time are left out. */
export function* buildCallTree(
  merged: MergedCalls,
  { shown, other }: { shown: Weights; other?: Weights },
): Steps<CallTree> {
  const self = yield* sumSelf(merged, shown);
  const total = yield* sumTotal(merged, self);
  const otherTotal = other && (yield* sumTotal(merged, yield* sumSelf(merged, other)));
  const hasTime = (node: number) => total[node]! > 0 || (otherTotal?.[node] ?? 0) > 0;
  const { length, first, key } = merged;
  const children = yield* sortChildren(merged, total);
  const tree = {
    length: 1,
    key: new Int32Array(length),
    parent: new Uint32Array(length),
    end: new Uint32Array(length),
    depth: new Uint32Array(length),
    start: new Float64Array(length),
    total: new Float64Array(length),
    self: new Float64Array(length),
    other: otherTotal && new Float64Array(length),
  };
  const next = first.slice();
  /** Nodes of the merged tree and of this one that are open. */
  const open = new Uint32Array(length);
  const places = new Uint32Array(length);
  const nextStart = new Float64Array(length);
  const put = (node: number, at: number, start: number) => {
    tree.key[at] = key[node]!;
    tree.start[at] = start;
    tree.total[at] = total[node]!;
    tree.self[at] = self[node]!;
    if (tree.other) tree.other[at] = otherTotal![node]!;
  };
  put(0, 0, 0);
  let depth = 0;
  for (;;) {
    if (isStep(tree.length)) yield;
    const node = open[depth]!;
    const at = places[depth]!;
    const child = next[node]! < first[node + 1]! ? children[next[node]!++] : undefined;
    if (child === undefined) {
      tree.end[at] = tree.length;
      if (depth-- === 0) return tree;
    } else if (hasTime(child)) {
      const start = nextStart[depth]!;
      nextStart[depth]! += total[child]!;
      const place = tree.length++;
      put(child, place, start);
      tree.parent[place] = at;
      depth++;
      tree.depth[place] = depth;
      open[depth] = child;
      places[depth] = place;
      nextStart[depth] = start;
    }
  }
}

/** The self time of each merged call. */
function* sumSelf({ length, place }: MergedCalls, weights: Weights): Steps<Float64Array> {
  const self = new Float64Array(length);
  for (let node = 0; node < place.length; node++) {
    if (isStep(node)) yield;
    self[place[node]!]! += weights.self[node]!;
  }
  return self;
}

function* sumTotal({ length, parent }: MergedCalls, self: Float64Array): Steps<Float64Array> {
  const total = self.slice();
  // Callees are newer than their callers, so each is complete before it is added.
  for (let node = length - 1; node > 0; node--) {
    if (isStep(node)) yield;
    total[parent[node]!]! += total[node]!;
  }
  return total;
}

function* sortChildren(
  { length, first, children }: MergedCalls,
  total: Float64Array,
): Steps<Uint32Array> {
  const sorted = children.slice();
  const byTotal = (a: number, b: number) => total[b]! - total[a]!;
  for (let node = 0; node < length; node++) {
    if (isStep(node)) yield;
    const [from, to] = [first[node]!, first[node + 1]!];
    if (to - from < 2) continue;
    if (to - from === 2) {
      if (total[sorted[from]!]! < total[sorted[from + 1]!]!) {
        [sorted[from], sorted[from + 1]] = [sorted[from + 1]!, sorted[from]!];
      }
    } else sorted.subarray(from, to).sort(byTotal);
  }
  return sorted;
}
