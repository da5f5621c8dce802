import { deepEqual, equal } from "node:assert/strict";

import { callTree, walkTree } from "../../../lib/report/figures/call_tree.ts";
import { recordingOf } from "../../support/recordings.ts";

Deno.test("callTree() has threads below its root, and merges equal calls", () => {
  const { stacks } = recordingOf([
    ["deno: libc/main js/js::a:/a.ts:1", 3],
    ["deno: libc/main js/js::a:/a.ts:1 js/js::b:/a.ts:2", 2],
    ["worker: libc/main", 1],
  ]);
  const root = callTree(stacks);
  equal(root.samples, 6);
  equal(root.weight, 6000);
  deepEqual([...walkTree(root, 0)].map(({ node, depth }) => [depth, node.name, node.samples]), [
    [0, "deno", 5],
    [1, "main", 5],
    [2, "js::a:/a.ts:1", 5],
    [3, "js::b:/a.ts:2", 2],
    [0, "worker", 1],
    [1, "main", 1],
  ]);
});

Deno.test("callTree() keeps recursion", () => {
  const root = callTree(recordingOf([["deno: libc/f libc/f libc/f", 1]]).stacks);
  deepEqual([...walkTree(root, 0)].map(({ depth }) => depth), [0, 1, 2, 3]);
});

Deno.test("walkTree() yields the busiest first and nothing below the minimum", () => {
  const { stacks } = recordingOf([
    ["t: libc/a libc/rare", 1],
    ["t: libc/b", 10],
    ["t: libc/a libc/c", 4],
  ]);
  const names = [...walkTree(callTree(stacks), 2000)].map(({ node }) => node.name);
  deepEqual(names, ["t", "b", "a", "c"]);
});
