/** Entries of the hash table to a node, at least. */
const SPARSENESS = 2;

/**
 * A tree of paths in typed arrays: a node has a parent and an item, a number. Equal paths are one
 * node, so millions of stacks that share their outer frames need little memory.
 */
export class StackTrie {
  #parents = new Int32Array(1024);
  #items = new Int32Array(1024);
  /** Nodes by hash; 0, the root, where an entry is free. */
  #table = new Int32Array(1024 * SPARSENESS);
  #length = 1;

  /** The root; it has no item. */
  static readonly ROOT = 0;

  /** How many nodes there are, with the root. */
  get length(): number {
    return this.#length;
  }

  /** The node below another with this item; it is made where there is none. */
  child(parent: number, item: number): number {
    const mask = this.#table.length - 1;
    let at = hash(parent, item) & mask;
    for (;;) {
      const node = this.#table[at]!;
      if (node === StackTrie.ROOT) break;
      if (this.#parents[node] === parent && this.#items[node] === item) return node;
      at = (at + 1) & mask;
    }
    const node = this.#length++;
    if (node === this.#parents.length) this.#grow();
    this.#parents[node] = parent;
    this.#items[node] = item;
    this.#insert(node);
    return node;
  }

  /** The item of a node. */
  itemOf(node: number): number {
    return this.#items[node]!;
  }

  /** The parent of a node. */
  parentOf(node: number): number {
    return this.#parents[node]!;
  }

  /** The items from the root to a node. */
  pathTo(node: number): number[] {
    const items: number[] = [];
    for (let at = node; at !== StackTrie.ROOT; at = this.#parents[at]!) {
      items.push(this.#items[at]!);
    }
    return items.reverse();
  }

  #grow(): void {
    const [parents, items] = [this.#parents, this.#items];
    this.#parents = new Int32Array(2 * parents.length);
    this.#items = new Int32Array(2 * items.length);
    this.#parents.set(parents);
    this.#items.set(items);
    this.#table = new Int32Array(this.#parents.length * SPARSENESS);
    for (let node = 1; node < parents.length; node++) this.#insert(node);
  }

  #insert(node: number): void {
    const mask = this.#table.length - 1;
    let at = hash(this.#parents[node]!, this.#items[node]!) & mask;
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
