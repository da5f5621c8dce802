/** A tree that is written in preorder, with nodes that are too narrow left out. */
import type { CallTree } from "./call_tree.ts";

/** A node that is being written. */
export interface NewNode {
  key: number;
  start: number;
  total: number;
  self: number;
  other: number;
}

/** Writes a tree: each node is entered, then what hangs below it, then it is left. */
export class TreeWriter {
  readonly #key: number[] = [];
  readonly #parent: number[] = [];
  readonly #end: number[] = [];
  readonly #depth: number[] = [];
  readonly #start: number[] = [];
  readonly #total: number[] = [];
  readonly #self: number[] = [];
  readonly #other: number[] = [];
  readonly #open: number[] = [];

  /** The number of nodes that are open. */
  get depth(): number {
    return this.#open.length;
  }

  /** The key of an open node, by its depth. */
  keyAt(depth: number): number {
    return this.#key[this.#open[depth]!]!;
  }

  enter({ key, start, total, self, other }: NewNode): void {
    const at = this.#key.push(key) - 1;
    this.#parent.push(this.#open.at(-1) ?? 0);
    this.#depth.push(this.#open.length);
    this.#end.push(at + 1);
    this.#start.push(start);
    this.#total.push(total);
    this.#self.push(self);
    this.#other.push(other);
    this.#open.push(at);
  }

  /** Adds time to all open nodes, and to the innermost as its own. */
  add(weight: number): void {
    for (const at of this.#open) this.#total[at]! += weight;
    this.#self[this.#open.at(-1)!]! += weight;
  }

  /** Ends the innermost open node; with less time than `least` it is taken out, and so is its subtree. */
  leave(least = 0): void {
    const at = this.#open.pop()!;
    if (this.#total[at]! >= least) this.#end[at] = this.#key.length;
    else {
      for (
        const column of [
          this.#key,
          this.#parent,
          this.#end,
          this.#depth,
          this.#start,
          this.#total,
          this.#self,
          this.#other,
        ]
      ) column.length = at;
    }
  }

  end(hasOther = false): CallTree {
    while (this.#open.length > 0) this.leave();
    return {
      length: this.#key.length,
      key: this.#key,
      parent: this.#parent,
      end: this.#end,
      depth: this.#depth,
      start: this.#start,
      total: this.#total,
      self: this.#self,
      ...hasOther ? { other: this.#other } : {},
    };
  }
}
