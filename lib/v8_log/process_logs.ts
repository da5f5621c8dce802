import { AnswerCache } from "./answer_cache.ts";
import type { CodeFrame, V8Log } from "./v8_log.ts";

/** The most addresses that are kept with their frames. */
const MAX_CACHED = 150_000;

/**
 * The logs of one process: each isolate has its own, Workers' too, and a stack does not say whose it is.
 * Where several know code at an address, the code that came last counts: memory of an isolate that has
 * ended can be another's. Builtins are in all of them, alike.
 */
export class ProcessLogs {
  readonly #logs: readonly V8Log[];
  readonly #answers = new AnswerCache<readonly CodeFrame[] | undefined>(MAX_CACHED);

  /** @param logs The logs. */
  constructor(logs: readonly V8Log[]) {
    this.#logs = logs;
  }

  /**
   * The functions that run at an address, as {@linkcode V8Log.framesAt} has them.
   *
   * @param address The address, as in a stack.
   * @param time Time, in µs of CLOCK_MONOTONIC.
   * @param isCaller Whether it is a return address.
   */
  framesAt(address: number, time: number, isCaller: boolean): readonly CodeFrame[] | undefined {
    if (this.#logs.length === 1) return this.#logs[0]!.framesAt(address, time, isCaller);
    const at = isCaller ? address - 1 : address;
    const index = this.#answers.find(at, time);
    return index >= 0 ? this.#answers.valueAt(index) : this.#answer(at, time);
  }

  #answer(at: number, time: number): readonly CodeFrame[] | undefined {
    let latest: { log: V8Log; from: number } | undefined;
    let [from, to] = [-Infinity, Infinity];
    for (const log of this.#logs) {
      const place = log.locate(at, time);
      from = Math.max(from, place.from);
      to = Math.min(to, place.to);
      if (place.piece < 0) continue;
      if (latest === undefined || place.from > latest.from) latest = { log, from: place.from };
    }
    const frames = latest?.log.framesAt(at, time, false);
    if (from < to) this.#answers.set(at, from, to, frames);
    return frames;
  }
}
