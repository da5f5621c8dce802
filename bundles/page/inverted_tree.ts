/** The inverted tree: functions by self time, and their callers below them. */
import type { CallTree } from "./call_tree.ts";
import { isStep, type Steps } from "./steps.ts";
import { TreeWriter } from "./tree_writer.ts";

/** A node with less than this part of all time is left out: it would be narrower than a pixel. */
const LEAST_SHARE = 1 / 10_000;

/** Groups that make a step. */
const GROUPS = 100;

/** Calls of one function from one place of the inverted tree. */
interface Group {
  key: number;
  /** Nodes of the tree of calls, and the self time that each carries upwards. */
  nodes: number[];
  weights: number[];
  others: number[];
  total: number;
  other: number;
}

/** Turns a tree of calls round. */
export function* invertTree(tree: CallTree): Steps<CallTree> {
  const writer = new TreeWriter();
  const all = tree.total[0]!;
  const root = newGroup(tree.key[0]!);
  const otherSelf = selfOf(tree);
  for (let node = 0; node < tree.length; node++) {
    if (isStep(node)) yield;
    if (tree.self[node]! > 0 || (otherSelf?.[node] ?? 0) > 0) {
      addTo(root, node, tree.self[node]!, otherSelf?.[node] ?? 0);
    }
  }
  // The largest group is written first; below it stand the callers of its nodes.
  const pending: ({ group: Group; start: number } | undefined)[] = [{ group: root, start: 0 }];
  for (let i = 0; pending.length > 0; i++) {
    if (i % GROUPS === 0) yield;
    const next = pending.pop();
    if (next === undefined) {
      writer.leave();
      continue;
    }
    const { group, start } = next;
    const isRoot = group === root;
    const below = isRoot ? groupsOf(tree, group, (node) => node) : groupsOf(
      tree,
      group,
      (node) => tree.parent[node]!,
    );
    const callers = below.filter(({ total, other }) =>
      total >= all * LEAST_SHARE || (total === 0 && other > 0 && isRoot)
    ).sort((a, b) => b.total - a.total);
    // The time of callers that are left out is the node's own, so that its total is whole.
    const self = group.total - callers.reduce((sum, { total }) => sum + total, 0);
    writer.enter({ key: group.key, start, self, other: group.other });
    pending.push(undefined);
    const starts: number[] = [];
    let at = start;
    for (const { total } of callers) {
      starts.push(at);
      at += total;
    }
    for (let i = callers.length - 1; i >= 0; i--) {
      pending.push({ group: callers[i]!, start: starts[i]! });
    }
  }
  return writer.end(tree.other !== undefined);
}

function groupsOf(tree: CallTree, group: Group, step: (node: number) => number): Group[] {
  const groups = new Map<number, Group>();
  const { nodes, weights, others } = group;
  for (let i = 0; i < nodes.length; i++) {
    const node = step(nodes[i]!);
    // The root calls nothing.
    if (node === 0) continue;
    const key = tree.key[node]!;
    let found = groups.get(key);
    if (found === undefined) groups.set(key, found = newGroup(key));
    addTo(found, node, weights[i]!, others[i]!);
  }
  return [...groups.values()];
}

function newGroup(key: number): Group {
  return { key, nodes: [], weights: [], others: [], total: 0, other: 0 };
}

function addTo(group: Group, node: number, weight: number, other: number): void {
  group.nodes.push(node);
  group.weights.push(weight);
  group.others.push(other);
  group.total += weight;
  group.other += other;
}

/** Self time in the other recording. */
function selfOf({ other, parent, length }: CallTree): Float64Array | undefined {
  if (other === undefined) return undefined;
  const self = Float64Array.from(other);
  for (let node = 1; node < length; node++) self[parent[node]!]! -= other[node]!;
  // Sums of fractions are not exact.
  return self.map((value) => value < 1e-6 ? 0 : value);
}
