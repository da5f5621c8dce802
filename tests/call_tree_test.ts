import { deepEqual, equal } from "node:assert/strict";

import { addStack, emptyTree, walkTree } from "../lib/call_tree.ts";

Deno.test("addStack() leaves nameless frames out and merges what is left", () => {
  const tree = emptyTree();
  addStack(tree, ["main", "0x1f", "xp_call", "js::a:/a.ts:1", "0"], 3);
  addStack(tree, ["main", "0x2f", "[unknown]", "js::a:/a.ts:1", "js::b:/a.ts:2"], 2);
  equal(tree.samples, 5);
  deepEqual([...walkTree(tree, 0)], [
    { name: "main", samples: 5, depth: 0 },
    { name: "js::a:/a.ts:1", samples: 5, depth: 1 },
    { name: "js::b:/a.ts:2", samples: 2, depth: 2 },
  ]);
});

Deno.test("addStack() keeps recursion", () => {
  const tree = emptyTree();
  addStack(tree, ["f", "f", "f"], 1);
  deepEqual([...walkTree(tree, 0)].map(({ depth }) => depth), [0, 1, 2]);
});

Deno.test("walkTree() yields the busiest first and nothing below the minimum", () => {
  const tree = emptyTree();
  addStack(tree, ["a", "rare"], 1);
  addStack(tree, ["b"], 10);
  addStack(tree, ["a", "c"], 4);
  deepEqual([...walkTree(tree, 2)].map(({ name }) => name), ["b", "a", "c"]);
});
