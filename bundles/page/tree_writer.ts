/** A tree that is written in preorder, with nodes that are too narrow left out. */
import type { CallTree } from "./call_tree.ts";

/** A node that is being written. */
export interface NewNode {
  key: number;
  start: number;
  /** Time of its own; that of nodes below it is added when they are left. @default {0} */
  self?: number;
  /** Time in the other recording. @default {0} */
  other?: number;
}

/** Writes a tree: each node is entered, then the nodes below it, then it is left. */
export class TreeWriter {
  #length = 0;
  #whole = new Uint32Array(4 * 1024);
  #weights = new Float64Array(4 * 1024);
  readonly #open: number[] = [];

  /** Enters a node below the one that is open. */
  enter({ key, start, self = 0, other = 0 }: NewNode): void {
    const at = this.#length++;
    if (4 * at === this.#whole.length) this.#grow();
    const [whole, weights, place] = [this.#whole, this.#weights, 4 * at];
    whole[place] = key;
    whole[place + 1] = this.#open.at(-1) ?? 0;
    whole[place + 3] = this.#open.length;
    weights[place] = start;
    weights[place + 1] = weights[place + 2] = self;
    weights[place + 3] = other;
    this.#open.push(at);
  }

  /** Adds time to the innermost open node. */
  add(weight: number): void {
    const at = this.#open.at(-1)!;
    this.#weights[4 * at + 1]! += weight;
    this.#weights[4 * at + 2]! += weight;
  }

  /** Ends the innermost open node; with less time than `least` it is taken out, and so is its subtree. */
  leave(least = 0): void {
    const at = this.#open.pop()!;
    const total = this.#weights[4 * at + 1]!;
    if (this.#open.length > 0) this.#weights[4 * this.#open.at(-1)! + 1]! += total;
    if (total < least) this.#length = at;
    else this.#whole[4 * at + 2] = this.#length;
  }

  /** Leaves all nodes. */
  end(hasOther = false): CallTree {
    while (this.#open.length > 0) this.leave();
    const length = this.#length;
    const column = <Column extends Uint32Array | Float64Array>(
      to: Column,
      from: Column,
      i: number,
    ) => {
      for (let at = 0; at < length; at++) to[at] = from[4 * at + i]!;
      return to;
    };
    const whole = (i: number) => column(new Uint32Array(length), this.#whole, i);
    const weights = (i: number) => column(new Float64Array(length), this.#weights, i);
    return {
      length,
      key: whole(0),
      parent: whole(1),
      end: whole(2),
      depth: whole(3),
      start: weights(0),
      total: weights(1),
      self: weights(2),
      ...hasOther ? { other: weights(3) } : {},
    };
  }

  #grow(): void {
    const whole = new Uint32Array(2 * this.#whole.length);
    whole.set(this.#whole);
    this.#whole = whole;
    const weights = new Float64Array(2 * this.#weights.length);
    weights.set(this.#weights);
    this.#weights = weights;
  }
}
