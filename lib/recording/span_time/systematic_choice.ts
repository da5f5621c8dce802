/**
 * Chooses among items by their weights, each as often as its share says. It goes through them in equal
 * steps, so few choices come as near to the shares as they can, and equal input gives equal choices.
 */
export class SystematicChoice<Item> {
  readonly #items: Item[] = [];
  readonly #ends: number[] = [];
  #at = 0;

  /** @param weights The weight of each item. */
  constructor(weights: Iterable<readonly [Item, number]>) {
    let end = 0;
    for (const [item, weight] of weights) {
      if (weight <= 0) continue;
      this.#items.push(item);
      this.#ends.push(end += weight);
    }
  }

  /** The sum of all weights. */
  get total(): number {
    return this.#ends.at(-1) ?? 0;
  }

  /** The next item; `undefined` where there is none. */
  next(): Item | undefined {
    // The golden ratio divides what is left most evenly, whenever one stops.
    this.#at = (this.#at + 0.6180339887498949) % 1;
    const wanted = this.#at * this.total;
    let [low, high] = [0, this.#ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ends[middle]! <= wanted) low = middle + 1;
      else high = middle;
    }
    return this.#items[low];
  }
}
