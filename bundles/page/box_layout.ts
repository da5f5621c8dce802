/** The boxes of a flame graph that are wide enough to be seen. */
import type { CallTree } from "./call_tree.ts";

/** Boxes narrower than this, in pixels, are left out until they are zoomed to. */
const NARROWEST = 0.5;

/** Boxes of one depth, from left to right. */
export interface Row {
  node: number[];
  x: number[];
  width: number[];
}

/**
 * Lays out what is zoomed to over the whole width, its callers above it, its callees below.
 *
 * @param tree The tree.
 * @param zoomed Index of the node.
 * @param width In pixels.
 * @returns Rows by depth.
 */
export function layOut(tree: CallTree, zoomed: number, width: number): Row[] {
  const rows: Row[] = [];
  const put = (node: number, x: number, boxWidth: number) => {
    const row = rows[tree.depth[node]!] ??= { node: [], x: [], width: [] };
    row.node.push(node);
    row.x.push(x);
    row.width.push(boxWidth);
  };
  const callers: number[] = [];
  for (let node = zoomed; node !== 0; callers.push(node)) node = tree.parent[node]!;
  for (const caller of callers.reverse()) put(caller, 0, width);
  const scale = tree.total[zoomed]! > 0 ? width / tree.total[zoomed]! : 0;
  const start = tree.start[zoomed]!;
  for (let node = zoomed; node < tree.end[zoomed]!;) {
    const boxWidth = tree.total[node]! * scale;
    if (boxWidth < NARROWEST && node !== zoomed) {
      node = tree.end[node]!;
      continue;
    }
    put(node, (tree.start[node]! - start) * scale, boxWidth);
    node++;
  }
  return rows;
}

/** The index in a row of the box at a place; -1 where there is none. */
export function boxAt({ x, width }: Row, place: number): number {
  let [low, high] = [0, x.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= place) low = middle + 1;
    else high = middle;
  }
  return low > 0 && place < x[low - 1]! + width[low - 1]! ? low - 1 : -1;
}

/** The node that keys lead to from the root; as far as they do. */
export function nodeAt(tree: CallTree, keys: readonly number[]): number {
  let node = 0;
  for (const key of keys) {
    let child = node + 1;
    while (child < tree.end[node]! && tree.key[child] !== key) child = tree.end[child]!;
    if (child >= tree.end[node]!) break;
    node = child;
  }
  return node;
}

/** The keys from the root to a node. */
export function pathTo(tree: CallTree, node: number): number[] {
  const keys: number[] = [];
  for (let at = node; at !== 0; at = tree.parent[at]!) keys.push(tree.key[at]!);
  return keys.reverse();
}
