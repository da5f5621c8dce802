/** The tree in the order of time: thread by thread, calls from left to right as they were sampled. */
import type { CallTree } from "./call_tree.ts";
import type { MergedCalls } from "./merged_calls.ts";
import type { Model } from "./model.ts";
import { cellsOf, type Choice } from "./selection.ts";
import { isStep, type Steps } from "./steps.ts";
import { TreeWriter } from "./tree_writer.ts";

/** A call with less than this part of all time is left out: it would be narrower than a pixel. */
const LEAST_SHARE = 1 / 20_000;

/** Lays the samples side by side; neighbours share the calls that they have in common. */
export function* buildTimeTree(
  model: Model,
  choice: Choice,
  { key, parent, depth, place }: MergedCalls,
): Steps<CallTree> {
  const { order, all } = yield* cellsByThread(model, choice);
  const { node, weight } = model.cells;
  const writer = new TreeWriter();
  writer.enter({ key: model.rootKey, start: 0 });
  let [start, last] = [0, 0];
  const entered: number[] = [];
  for (let i = 0; i < order.length; i++) {
    if (isStep(i)) yield;
    const cell = order[i]!;
    const call = place[node[cell]!]!;
    // Up to where the two calls have a caller in common.
    let common = call;
    entered.length = 0;
    while (common !== last) {
      if (depth[common]! >= depth[last]!) {
        entered.push(common);
        common = parent[common]!;
      } else {
        writer.leave(all * LEAST_SHARE);
        last = parent[last]!;
      }
    }
    for (let i = entered.length - 1; i >= 0; i--) writer.enter({ key: key[entered[i]!]!, start });
    writer.add(weight[cell]!);
    start += weight[cell]!;
    last = call;
  }
  return writer.end();
}

/** The cells that are chosen, by thread, and for each thread in the order of time. */
function* cellsByThread(
  model: Model,
  { hasThread, range }: Choice,
): Steps<{ order: Uint32Array; all: number }> {
  const { cells, threads } = model;
  const [from, to] = cellsOf(model, cells, range);
  const shown = threads.map((_, thread) => hasThread(thread));
  const next = new Uint32Array(threads.length + 1);
  let all = 0;
  for (let cell = from; cell < to; cell++) {
    if (isStep(cell)) yield;
    const thread = cells.thread[cell]!;
    if (!shown[thread]) continue;
    next[thread + 1]!++;
    all += cells.weight[cell]!;
  }
  for (let thread = 0; thread < threads.length; thread++) next[thread + 1]! += next[thread]!;
  const order = new Uint32Array(next[threads.length]!);
  for (let cell = from; cell < to; cell++) {
    if (isStep(cell)) yield;
    const thread = cells.thread[cell]!;
    if (shown[thread]) order[next[thread]!++] = cell;
  }
  return { order, all };
}
