import { deepEqual } from "node:assert/strict";

import { isApp } from "../../../lib/recording/frame.ts";
import {
  type FunctionNode,
  functionTree,
  heaviestNodes,
} from "../../../lib/report/figures/function_tree.ts";
import { type MadeSample, timedRecording } from "../../support/timed_recording.ts";

const [A, B, C] = ["a@/a.ts:1:2", "b@/a.ts:11:12", "c@/a.ts:21:22"];

function treeOf(samples: Omit<MadeSample, "time">[]): FunctionNode {
  const { stacks } = timedRecording(
    samples.map((sample, time) => ({ weight: 1, ...sample, time })),
  );
  return functionTree(stacks, isApp);
}

function printed(root: FunctionNode, options = { count: 100, minimum: 0 }): string[] {
  return heaviestNodes(root, options).shown.map(({ node: { frame, total, self }, depth }) =>
    `${" ".repeat(depth)}${frame!.name} ${total} ${self}`
  );
}

Deno.test("functionTree() has functions once, whatever line runs, and native code's time at its caller", () => {
  const root = treeOf([
    { stack: `start ${A} ${B}`, weight: 3 },
    { stack: `start a@/a.ts:1:3 b@/a.ts:11:13 memmove`, weight: 2 },
    { stack: `start ${A} ${C}`, weight: 1 },
    { stack: `start ${B}`, weight: 4 },
  ]);
  deepEqual(printed(root), ["a 6 0", " b 5 5", " c 1 1", "b 4 4"]);
});

Deno.test("functionTree() folds recursion, direct and through others", () => {
  deepEqual(printed(treeOf([{ stack: `${A} ${A} ${A} ${B}` }, { stack: `${A} ${A}` }])), [
    "a 2 1",
    " b 1 1",
  ]);
  deepEqual(printed(treeOf([{ stack: `${A} ${B} ${A} ${C}` }, { stack: `${A} ${B}` }])), [
    "a 2 0",
    " b 1 1",
    " c 1 1",
  ]);
});

Deno.test("functionTree() does not keep stacks apart that are cut at different depths", () => {
  const { stacks } = timedRecording([
    { stack: `${B} ${C}`, time: 1, isCut: true },
    { stack: C, time: 2, isCut: true },
  ]);
  deepEqual(printed(functionTree(stacks, () => true)), [
    "[cut off] 2000000 0",
    " b 1000000 0",
    "  c 1000000 1000000",
    " c 1000000 1000000",
  ]);
});

Deno.test("heaviestNodes() never has a node without its caller, and counts those that are left", () => {
  const root = treeOf([{ stack: `${A} ${B} ${C}`, weight: 5 }, { stack: C, weight: 4 }]);
  for (let count = 0; count <= 4; count++) {
    deepEqual(
      printed(root, { count, minimum: 0 }),
      ["a 5 0", " b 5 0", "  c 5 5", "c 4 4"].slice(0, count),
    );
  }
  const { shown, left } = heaviestNodes(root, { count: 9, minimum: 5 });
  deepEqual([shown.length, left], [3, 1]);
});
