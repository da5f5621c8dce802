/** The tree in the order of time: thread by thread, calls from left to right as they were sampled. */
import { type CallTree, treeKey, type TreeOptions } from "./call_tree.ts";
import type { Model } from "./model.ts";
import { cellsOf, type Choice } from "./selection.ts";
import { TreeWriter } from "./tree_writer.ts";

/** A call with less than this part of all time is left out: it would be narrower than a pixel. */
const LEAST_SHARE = 1 / 20_000;

/** Lays the samples side by side; neighbours share the frames that they have in common. */
export function buildTimeTree(
  model: Model,
  { hasThread, range }: Choice,
  { holder, splitsTiers = false }: TreeOptions,
): CallTree {
  const { cells } = model;
  const [from, to] = cellsOf(model, cells, range);
  const shown = model.threads.map((_, thread) => hasThread(thread));
  const byThread = new Map<number, number[]>();
  const labelOf = threadNodes(model);
  let all = 0;
  for (let cell = from; cell < to; cell++) {
    if (!shown[cells.thread[cell]!]) continue;
    const label = labelOf[cells.node[cell]!]!;
    const known = byThread.get(label);
    if (known === undefined) byThread.set(label, [cell]);
    else known.push(cell);
    all += cells.weight[cell]!;
  }
  const writer = new TreeWriter();
  const enter = (key: number, start: number) =>
    writer.enter({ key, start, total: 0, self: 0, other: 0 });
  enter(model.rootKey, 0);
  let at = 0;
  const path: number[] = [];
  for (const list of byThread.values()) {
    for (const cell of list) {
      path.length = 0;
      for (let node = holder[cells.node[cell]!]!; node > 0; node = holder[model.parent[node]!]!) {
        path.push(treeKey(model, node, splitsTiers));
      }
      let depth = 1;
      while (depth < writer.depth && writer.keyAt(depth) === path[path.length - depth]) depth++;
      while (writer.depth > depth) writer.leave(all * LEAST_SHARE);
      for (let i = path.length - depth; i >= 0; i--) enter(path[i]!, at);
      writer.add(cells.weight[cell]!);
      at += cells.weight[cell]!;
    }
  }
  return writer.end();
}

/** The thread's node of each node. */
function threadNodes({ depth }: Model): Uint32Array {
  const thread = new Uint32Array(depth.length);
  for (let node = 1; node < depth.length; node++) {
    thread[node] = depth[node] === 1 ? node : thread[node - 1]!;
  }
  return thread;
}
