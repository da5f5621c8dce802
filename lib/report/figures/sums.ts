/** Sums by number. */
export class Sums {
  #sums = new Float64Array(1024);

  /** Adds to a sum; those that nothing was added to are 0. */
  add(at: number, weight: number): void {
    if (at >= this.#sums.length) {
      const sums = this.#sums;
      this.#sums = new Float64Array(2 * Math.max(sums.length, at));
      this.#sums.set(sums);
    }
    this.#sums[at]! += weight;
  }

  /** The sum with a number. */
  at(at: number): number {
    return this.#sums[at] ?? 0;
  }
}
