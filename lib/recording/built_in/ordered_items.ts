import { lastUpTo } from "../../source/line_starts.ts";

/** Items in the order of a number that each has, to be found by that number. */
export class OrderedItems<Item> {
  readonly #items: readonly Item[];
  readonly #numbers: Float64Array;

  /**
   * @param items In order.
   * @param numberOf An item's number.
   */
  constructor(items: readonly Item[], numberOf: (item: Item) => number) {
    this.#items = items;
    this.#numbers = Float64Array.from(items, numberOf);
  }

  /** The last item whose number is not greater than a limit. */
  lastUpTo(limit: number): Item | undefined {
    return this.#items[lastUpTo(this.#numbers, limit)];
  }
}
