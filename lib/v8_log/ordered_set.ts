/**
 * A set of numbers below a limit that finds neighbours: a tree of bit masks, 32 bits a node. Each
 * operation takes as many steps as the limit has digits in base 32.
 */
export class OrderedSet {
  /** The lowest level has one bit a number, each level above one bit a non-empty word below. */
  readonly #levels: Uint32Array[] = [];

  /** @param limit Numbers in the set are smaller. */
  constructor(limit: number) {
    let size = limit;
    do {
      size = Math.max(1, Math.ceil(size / 32));
      this.#levels.push(new Uint32Array(size));
    } while (size > 1);
  }

  /** Adds a number. */
  add(number: number): void {
    let at = number;
    for (const level of this.#levels) {
      level[at >>> 5]! |= 1 << (at & 31);
      at >>>= 5;
    }
  }

  /** Removes a number. */
  delete(number: number): void {
    let at = number;
    for (const level of this.#levels) {
      if ((level[at >>> 5]! &= ~(1 << (at & 31))) !== 0) return;
      at >>>= 5;
    }
  }

  /** The largest number of the set below another; -1 where there is none. */
  before(number: number): number {
    let at = number;
    for (let height = 0; height < this.#levels.length; height++) {
      const word = this.#levels[height]![at >>> 5] ?? 0;
      const lower = word & ((1 << (at & 31)) - 1);
      if (lower !== 0) {
        at = (at >>> 5) * 32 + 31 - Math.clz32(lower);
        while (height-- > 0) at = at * 32 + 31 - Math.clz32(this.#levels[height]![at]!);
        return at;
      }
      at >>>= 5;
    }
    return -1;
  }

  /** The smallest number of the set that is not below another; -1 where there is none. */
  from(number: number): number {
    let at = number;
    for (let height = 0; height < this.#levels.length; height++) {
      const word = this.#levels[height]![at >>> 5] ?? 0;
      const upper = word & -(1 << (at & 31));
      if (upper !== 0) {
        at = (at >>> 5) * 32 + lowestBit(upper);
        while (height-- > 0) at = at * 32 + lowestBit(this.#levels[height]![at]!);
        return at;
      }
      at = (at >>> 5) + 1;
      if (at >= this.#levels[height]!.length) return -1;
    }
    return -1;
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
