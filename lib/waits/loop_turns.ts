import process from "node:process";

import { sleepTeller } from "./thread_sleep.ts";

/**
 * The least pause between two calls into the program that is looked at, in nanoseconds. The loop's own
 * work between two calls takes some microseconds.
 */
const LEAST_SLEEP = 1e6;

/**
 * Follows the turns of this thread's event loop, to tell when it had an answer that a promise waits
 * for. In each turn the loop asks the kernel once for all that has arrived, and calls the program for
 * one after the other. So what is delivered late in a turn had arrived before its first call.
 *
 * An immediate without a reference runs once a turn, in Deno in those with timers. It neither keeps the program alive nor the loop
 * from sleeping: Node and Deno 2.9 look at immediates with a reference only.
 */
export class LoopTurns implements Disposable {
  readonly #now: () => number;
  readonly #sleep = sleepTeller();
  /** The starts of this turn and of the one before, and whether the loop slept between them. */
  #start: number;
  #before: number;
  #slept = true;
  #lastReturn: number;
  #isOver = false;

  /** @param now Reads the clock, in nanoseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#start = this.#before = this.#lastReturn = now();
    // An import would load the module where no waits are recorded too.
    const { setImmediate } = process.getBuiltinModule("node:timers");
    const next = () => {
      if (this.#isOver) return;
      this.#begin(this.#now(), false);
      setImmediate(next).unref();
    };
    setImmediate(next).unref();
  }

  /** The loop calls into the program. */
  onCall(): void {
    const now = this.#now();
    const pause = now - this.#lastReturn;
    if (pause > LEAST_SLEEP && this.#sleep.slept(pause)) this.#begin(now, true);
  }

  /** The program has returned to the loop. */
  onReturn(): void {
    this.#lastReturn = this.#now();
    this.#sleep.onReturn(this.#lastReturn);
  }

  #begin(now: number, slept: boolean): void {
    this.#before = this.#start;
    this.#start = now;
    this.#slept = slept;
  }

  /**
   * Bounds the time at which the loop could have had the answer that it delivers now.
   *
   * @param since The time since when the program has waited for it.
   * @param now The present time.
   */
  arrival(since: number, now: number): { earliest: number; latest: number } {
    // Deno's loop calls immediates not in all of its turns, so a turn can be several.
    if (since >= this.#start) return { earliest: since, latest: now };
    const latest = this.#start;
    // A loop that sleeps takes an answer at once.
    return { earliest: this.#slept ? latest : Math.max(since, this.#before), latest };
  }

  /** Ends the immediates. */
  [Symbol.dispose](): void {
    this.#isOver = true;
  }
}
