import { deepEqual, equal } from "node:assert/strict";

import { boxAt, layOut, nodeAt, pathTo } from "../../../bundles/page/box_layout.ts";
import type { CallTree } from "../../../bundles/page/call_tree.ts";
import { nameOf } from "../../../bundles/page/functions.ts";
import { splitKey } from "../../../bundles/page/merged_calls.ts";
import { readState } from "../../../bundles/page/state.ts";
import { View } from "../../../bundles/page/view.ts";
import { Frames, pageModelOf, timedRecording } from "../../support/page_model.ts";

const frames = new Frames();
const main = frames.at("main", 1);
const [foo11, foo12] = [frames.at("foo", 11), frames.at("foo", 12, { tier: "turbofan" })];
const bar = frames.at("bar", 21, { isInlined: true, tier: "turbofan" });
const [native, kernel] = [frames.code("memmove"), frames.code("fault", "kernel")];

const model = pageModelOf(timedRecording([
  [0, [main, foo11], 0, 2],
  [0, [main, bar, native], 1, 3],
  [1, [main, bar], 2, 1],
  [0, [main, foo12, native, kernel], 3, 4],
  [0, [main, foo12], 4, 5],
]));

/** The graph of a state, as `depth name start+total self`. */
function graphOf(fragment: string): string[] {
  const { tree } = new View(model, readState(fragment));
  return Array.from({ length: tree.length }, (_, node) => {
    const { key, tier } = splitKey(model, tree.key[node]!);
    const mark = tier > 0 ? `@${tier}` : "";
    return `${tree.depth[node]} ${nameOf(model, key)}${mark} ${tree.start[node]}+${
      tree.total[node]
    } ${tree.self[node]}`;
  });
}

Deno.test("the left-heavy graph merges lines of a function, the busiest callee first", () => {
  deepEqual(graphOf(""), [
    "0 all 0+15 0",
    "1 main 0+14 0",
    "2 main 0+14 0",
    "3 foo 0+11 7",
    "4 memmove 0+4 0",
    "5 fault 0+4 4",
    "3 bar 11+3 0",
    "4 memmove 11+3 3",
    "1 worker 14+1 0",
    "2 main 14+1 0",
    "3 bar 14+1 1",
  ]);
});

Deno.test("a hidden kind leaves its time to its callers", () => {
  deepEqual(graphOf("hide=native,kernel&thread=0"), [
    "0 all 0+14 0",
    "1 main 0+14 0",
    "2 main 0+14 0",
    "3 foo 0+11 11",
    "3 bar 11+3 3",
  ]);
});

Deno.test("tiers and inlined functions are boxes of their own on demand", () => {
  deepEqual(graphOf("hide=native,kernel&thread=0&tiers=1").slice(2), [
    "2 main 0+14 0",
    "3 foo@4 0+9 9",
    "3 bar@4 9+3 3",
    "3 foo 12+2 2",
  ]);
});

Deno.test("the graph in time has calls in the order of samples, thread by thread", () => {
  deepEqual(graphOf("graph=time&hide=kernel"), [
    "0 all 0+15 0",
    "1 main 0+14 0",
    "2 main 0+14 0",
    "3 foo 0+2 2",
    "3 bar 2+3 0",
    "4 memmove 2+3 3",
    "3 foo 5+9 5",
    "4 memmove 5+4 4",
    "1 worker 14+1 0",
    "2 main 14+1 0",
    "3 bar 14+1 1",
  ]);
});

Deno.test("the inverted graph has functions by self time, with their callers below", () => {
  deepEqual(graphOf("graph=inverted&hide=native,kernel&thread=p1"), [
    "0 all 0+14 0",
    "1 foo 0+11 0",
    "2 main 0+11 0",
    "3 main 0+11 11",
    "1 bar 11+3 0",
    "2 main 11+3 0",
    "3 main 11+3 3",
  ]);
});

Deno.test("a range of time restricts the graphs", () => {
  equal(model.stepEnd!.length, 5);
  for (const graph of ["left", "time", "inverted"]) {
    equal(graphOf(`graph=${graph}&time=0-2`)[0], "0 all 0+5 0");
  }
  equal(graphOf("time=4-5").at(-1), "3 foo 0+5 5");
});

Deno.test("the graphs have stacks of 20 000 frames", () => {
  const deep = Array.from({ length: 20_000 }, (_, i) => frames.at(`f${i % 3}`, 10 * (i % 3) + 1));
  const deepModel = pageModelOf(timedRecording([[0, deep, 0], [0, deep.slice(0, 9000), 1]]));
  for (const graph of ["left", "time", "inverted"]) {
    const { tree } = new View(deepModel, readState(`graph=${graph}`));
    equal(tree.total[0], 2);
    equal(tree.depth[tree.length - 1], 20_001);
  }
});

/** A tree of `depth total` lines with one key for each. */
function treeOf(lines: readonly [depth: number, start: number, total: number][]): CallTree {
  const depth = lines.map(([depth]) => depth);
  const endOf = (i: number) => {
    const end = depth.findIndex((other, at) => at > i && other <= depth[i]!);
    return end < 0 ? lines.length : end;
  };
  return {
    length: lines.length,
    key: lines.map((_, i) => i),
    parent: depth.map((own, i) => Math.max(0, depth.slice(0, i).lastIndexOf(own - 1))),
    end: lines.map((_, i) => endOf(i)),
    depth,
    start: lines.map(([, start]) => start),
    total: lines.map(([, , total]) => total),
    self: lines.map(() => 0),
  };
}

Deno.test("layOut() leaves narrow boxes out until they are zoomed to", () => {
  const tree = treeOf([[0, 0, 10_000], [1, 0, 9_990], [1, 9_990, 10], [2, 9_990, 5]]);
  deepEqual(layOut(tree, 0, 100).map(({ node }) => node), [[0], [1]]);
  const zoomed = layOut(tree, 2, 100);
  deepEqual(zoomed.map(({ node, width }) => [node, width]), [[[0], [100]], [[2], [100]], [[3], [
    50,
  ]]]);
  equal(boxAt(zoomed[2]!, 49), 0);
  equal(boxAt(zoomed[2]!, 50), -1);
  deepEqual(pathTo(tree, 3), [2, 3]);
  equal(nodeAt(tree, [2, 3]), 3);
  equal(nodeAt(tree, [2, 9]), 2);
});
