import { deepEqual, equal } from "node:assert/strict";

import { CUT_OFF_LABEL } from "../../../lib/report/figures/cut_off.ts";
import { heaviestNodes, programTree } from "../../../lib/report/figures/program_tree.ts";
import { programView } from "../../../lib/report/figures/program_view.ts";
import { programRecording, type SampleText } from "../../support/program_recording.ts";

function rowsOf(samples: readonly SampleText[], limits = { most: 100, least: 1 }): string[] {
  const tree = programTree(programView(programRecording(samples)).stacks, { least: limits.least });
  return heaviestNodes(tree, limits.most).nodes.map(({ node, depth }) =>
    `${" ".repeat(depth)}${node.frame?.name ?? node.label}${node.isRecursive ? "*" : ""} ${
      node.weight / 1e6
    }`
  );
}

Deno.test("programTree() folds direct and mutual recursion", () => {
  deepEqual(
    rowsOf([
      { stack: "m:/a.ts:1 f:/a.ts:2 f:/a.ts:2 f:/a.ts:2 g:/a.ts:3", times: 3 },
      { stack: "m:/a.ts:1 f:/a.ts:2 h:/a.ts:4 f:/a.ts:2 h:/a.ts:4", times: 2 },
    ]),
    ["m 5", " f* 5", "  g 3", "  h 2"],
  );
});

Deno.test("programTree() hangs cut stacks under one node, and tells threads apart", () => {
  deepEqual(
    rowsOf([
      { stack: "m:/a.ts:1 f:/a.ts:2", times: 4 },
      { stack: "f:/a.ts:2", times: 3, isCut: true },
      { stack: "g:/a.ts:3", times: 1, isCut: true },
    ]),
    ["m 4", " f 4", `${CUT_OFF_LABEL} 4`, " f 3", " g 1"],
  );
  deepEqual(
    rowsOf([{ stack: "m:/a.ts:1", times: 2 }, { stack: "w:/w.ts:1", tid: 2 }]),
    ["deno 2", " m 2", "V8 1", " w 1"],
  );
});

Deno.test("programTree() enters a package again that the program calls from within", () => {
  const lib = "/c/npm/registry.npmjs.org/lib/1.2.3/x.js";
  deepEqual(
    rowsOf([
      { stack: `a:${lib}:1 b:${lib}:2 own:/a.ts:1 c:${lib}:3`, times: 1 },
      { stack: `a:${lib}:1 own:/a.ts:1`, times: 5 },
    ]),
    ["lib@1.2.3 6", " own 6", "  lib@1.2.3 1"],
  );
});

Deno.test("heaviestNodes() has callers before what they call, and counts what is left out", () => {
  const samples = Array.from({ length: 20 }, (_, i) => ({
    stack: `m:/a.ts:1 f${i}:/a.ts:${i + 2}`,
    times: i + 1,
  }));
  deepEqual(rowsOf(samples, { most: 3, least: 1 }), ["m 210", " f19 20", " f18 19"]);
  // Callees of a light caller take no place from heavier nodes elsewhere.
  const equals = [
    { stack: "a:/a.ts:1 b:/a.ts:2", times: 5 },
    { stack: "a:/a.ts:1 c:/a.ts:3", times: 5 },
    { stack: "d:/a.ts:4", times: 6 },
  ];
  deepEqual(rowsOf(equals, { most: 3, least: 1 }), ["a 10", " b 5", "d 6"]);
  const tree = programTree(programView(programRecording(samples)).stacks, { least: 11e6 });
  equal(heaviestNodes(tree, 3).omitted, 8);
});

Deno.test("programTree() has self time, and all threads in one tree where these are not told apart", () => {
  const { stacks } = programRecording([
    { stack: "m:/a.ts:1 f:/a.ts:2", times: 3 },
    { stack: "m:/a.ts:1", times: 2 },
    { stack: "m:/a.ts:1 f:/a.ts:2 m:/a.ts:1", times: 1, tid: 2 },
  ]);
  const tree = programTree(stacks, { isByThread: false });
  deepEqual(
    heaviestNodes(tree, 9).nodes.map((
      { node: { frame, weight, self } },
    ) => [frame!.name, weight / 1e6, self / 1e6]),
    [["m", 6, 3], ["f", 3, 3]],
  );
});
