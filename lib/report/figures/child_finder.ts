import type { StackTrie } from "../../recording/stack_trie.ts";

/**
 * Finds the nodes below a node, in the order in which they were made. It knows the nodes that the trie has now.
 *
 * @param trie The trie.
 * @param parents The number of nodes that can have others below.
 */
export function childFinder(
  trie: StackTrie,
  parents: number = trie.length,
): (node: number) => number[] {
  const first = new Int32Array(parents);
  const next = new Int32Array(trie.length);
  for (let node = trie.length - 1; node > 0; node--) {
    const parent = trie.parentOf(node);
    next[node] = first[parent]!;
    first[parent] = node;
  }
  return (node) => {
    const children: number[] = [];
    for (let child = first[node]!; child !== 0; child = next[child]!) children.push(child);
    return children;
  };
}
