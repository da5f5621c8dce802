/** The least number of hash table entries for each node. */
const SPARSENESS = 2;

/**
 * A tree of paths in typed arrays: a node has a parent and an item, a number. Equal paths are one
 * node, so millions of stacks that share their outer frames need little memory.
 */
export class StackTrie {
  /** Parent and item of each node, side by side because they are compared together. */
  #nodes = new Int32Array(1024 * 2);
  /** Nodes by hash; 0, the root, where an entry is free. */
  #table = new Int32Array(1024 * SPARSENESS);
  #length = 1;

  /** The root; it has no item. */
  static readonly ROOT = 0;

  /** The number of nodes, with the root. */
  get length(): number {
    return this.#length;
  }

  /** Returns the child of a node with this item, and makes it where there is none. */
  child(parent: number, item: number): number {
    const mask = this.#table.length - 1;
    let at = hash(parent, item) & mask;
    for (;;) {
      const node = this.#table[at]!;
      if (node === StackTrie.ROOT) break;
      if (this.#nodes[2 * node] === parent && this.#nodes[2 * node + 1] === item) return node;
      at = (at + 1) & mask;
    }
    const node = this.#length++;
    if (2 * node === this.#nodes.length) this.#grow();
    this.#nodes[2 * node] = parent;
    this.#nodes[2 * node + 1] = item;
    this.#insert(node);
    return node;
  }

  /** The item of a node. */
  itemOf(node: number): number {
    return this.#nodes[2 * node + 1]!;
  }

  /** The parent of a node. */
  parentOf(node: number): number {
    return this.#nodes[2 * node]!;
  }

  /** The items from the root to a node. */
  pathTo(node: number): number[] {
    const items: number[] = [];
    for (let at = node; at !== StackTrie.ROOT; at = this.#nodes[2 * at]!) {
      items.push(this.#nodes[2 * at + 1]!);
    }
    return items.reverse();
  }

  #grow(): void {
    const nodes = this.#nodes;
    this.#nodes = new Int32Array(2 * nodes.length);
    this.#nodes.set(nodes);
    this.#table = new Int32Array(nodes.length * SPARSENESS);
    for (let node = 1; 2 * node < nodes.length; node++) this.#insert(node);
  }

  #insert(node: number): void {
    const mask = this.#table.length - 1;
    let at = hash(this.#nodes[2 * node]!, this.#nodes[2 * node + 1]!) & mask;
    while (this.#table[at] !== StackTrie.ROOT) at = (at + 1) & mask;
    this.#table[at] = node;
  }
}

/** Multipliers of MurmurHash3 (https://github.com/aappleby/smhasher). */
function hash(parent: number, item: number): number {
  const mixed = Math.imul(parent, 0xcc9e2d51) ^ Math.imul(item + 1, 0x1b873593);
  const spread = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  return spread ^ (spread >>> 13);
}
