/**
 * The size of a log at a known time: CLOCK_MONOTONIC before and after asking, in ns, and the size
 * in bytes.
 */
export type SizePoll = readonly [before: number, after: number, size: number];

/** Turns a log's times into times of CLOCK_MONOTONIC. */
export interface LogTime {
  /** Time of CLOCK_MONOTONIC at the log's time 0, in µs. */
  offset: number;
  /**
   * The most by which the offset can be too late, in µs, without the time that V8 takes to write a
   * line; `Infinity` where nothing limits it.
   */
  uncertainty: number;
}

/**
 * Aligns the times in a log with CLOCK_MONOTONIC. V8 counts µs from the start of the isolate's
 * logger and writes each line at once, so the size of the file at a known moment says which lines
 * were written before that moment, and which after it.
 *
 * - A line that lies within the size was stamped before the poll ended: an upper bound of the
 *   offset.
 * - The first line behind the size had not been written when the poll began: a lower bound, if V8
 *   wrote the line as soon as it had read the clock. Writing takes V8 some µs, or milliseconds if
 *   its thread is preempted. A lower bound above the upper bound is such a case and is ignored.
 */
export class LogClock {
  readonly #polls: readonly SizePoll[];
  #next = 0;
  /** Time of the last line that lay within the poll's size, in µs. */
  #last: number | undefined;
  #upper = Infinity;
  readonly #lowers: number[] = [];

  /** @param polls In any order; those that are no numbers are left out. */
  constructor(polls: readonly SizePoll[]) {
    this.#polls = polls.filter((poll) => poll.length === 3 && poll.every(Number.isFinite))
      .sort((a, b) => a[2] - b[2] || a[0] - b[0]);
  }

  /**
   * Takes the next line that has a time.
   *
   * @param start Where the line starts in the file, in bytes.
   * @param end Where it ends, with its line feed.
   * @param time Its time, in µs.
   */
  add(start: number, end: number, time: number): void {
    for (; this.#next < this.#polls.length; this.#next++) {
      const [before, after, size] = this.#polls[this.#next]!;
      if (size >= end) break;
      this.#bound(after);
      // V8 was already writing a line that starts before the size, so the line gives no lower
      // bound.
      if (size <= start) this.#lowers.push(before / 1e3 - time);
    }
    this.#last = time;
  }

  /** The alignment, after the last line; `undefined` where no poll saw a line. */
  finish(): LogTime | undefined {
    for (; this.#next < this.#polls.length; this.#next++) this.#bound(this.#polls[this.#next]![1]);
    if (this.#upper === Infinity) return undefined;
    let lower = -Infinity;
    for (const bound of this.#lowers) {
      if (bound <= this.#upper && bound > lower) lower = bound;
    }
    return { offset: this.#upper, uncertainty: this.#upper - lower };
  }

  #bound(after: number): void {
    if (this.#last !== undefined) this.#upper = Math.min(this.#upper, after / 1e3 - this.#last);
  }
}
