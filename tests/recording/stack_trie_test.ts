import { deepEqual, equal } from "node:assert/strict";

import { StackTrie } from "../../lib/recording/stack_trie.ts";

Deno.test("StackTrie makes one node for equal paths, also when it grows", () => {
  const trie = new StackTrie();
  const enter = (items: readonly number[]) =>
    items.reduce((node, item) => trie.child(node, item), StackTrie.ROOT);
  const paths = Array.from({ length: 5000 }, (_, i) => [i % 3, i % 50, i, -1 - i % 2]);
  const nodes = paths.map(enter);
  equal(new Set(nodes).size, 5000);
  deepEqual(paths.map(enter), nodes);
  deepEqual(nodes.map((node) => trie.pathTo(node)), paths);
  equal(trie.itemOf(nodes[7]!), -2);
  equal(trie.itemOf(trie.parentOf(nodes[7]!)), 7);
  deepEqual(trie.pathTo(StackTrie.ROOT), []);
  equal(trie.length, 1 + 3 + 150 + 5000 + 5000);
});
