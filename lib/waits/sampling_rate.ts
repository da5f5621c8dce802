/** The share of the program's time that recording its waits may take. */
const MOST_SHARE = 0.03;

/** The time after which the rate is looked at again, in nanoseconds. */
const PERIOD = 1e8;

/** Awaits that are recorded at the start, until the engine has compiled what records them. */
const FIRST = 200;

/**
 * The most that one recording counts, in nanoseconds. It takes up to 50 µs; where it takes longer,
 * the thread did not run.
 */
const MOST_COST = 1e5;

/** The most awaits that one stands for. */
const MOST_APART = 4096;

/**
 * Decides which awaits are recorded: all of them, or one in so many where recording all would take
 * too much of the program's time. Which one is left to chance, so no rhythm of the program is missed.
 */
export class SamplingRate {
  #apart = 1;
  #left = 1;
  #cost = 0;
  #first = FIRST;
  #since: number;

  /** @param now The time, in nanoseconds. */
  constructor(now: number) {
    this.#since = now;
  }

  /** The number of awaits that a recorded one stands for. */
  get apart(): number {
    return this.#apart;
  }

  /** Whether the next await is recorded. */
  takesNext(): boolean {
    return --this.#left <= 0;
  }

  /** Chooses the next await after the one that has been recorded. */
  choose(): void {
    if (this.#first > 0) this.#first--;
    // The distances of independent choices, each with the chance of 1 in `apart`.
    this.#left = this.#apart === 1
      ? 1
      : 1 + Math.floor(Math.log(1 - Math.random()) / Math.log(1 - 1 / this.#apart));
  }

  /**
   * Counts the time that recording took, and adapts the rate.
   *
   * @param cost Nanoseconds that it took.
   * @param now The time, in nanoseconds.
   */
  spend(cost: number, now: number): void {
    this.#cost += Math.min(cost, MOST_COST);
    const elapsed = now - this.#since;
    if (elapsed < PERIOD) return;
    if (this.#first > 0) this.#cost = 0;
    const share = this.#cost / elapsed;
    const wanted = Math.ceil(this.#apart * share / MOST_SHARE);
    // It changes twofold at most: awaits that stand for very different numbers make the error large.
    const [least, most] = [Math.ceil(this.#apart / 2), Math.min(MOST_APART, 2 * this.#apart)];
    this.#apart = Math.max(least, Math.min(most, wanted));
    this.#cost = 0;
    this.#since = now;
  }
}
