import { lastUpTo } from "../../source/line_starts.ts";

/** A time that a thread was away from the processors. */
export interface Absence {
  /** The time at which it came back, or ended, or the recording ended. */
  until: number;
  /** Whether the kernel took the processor away from it; otherwise it waited for something. */
  isPreempted: boolean;
}

const ENTER = 0;
const LEAVE = 1;
const PREEMPTED = 2;

/** The switches of one thread: times, and what happened at each. */
interface Switches {
  times: number[];
  kinds: number[];
  /** The time of its end. */
  end: number;
}

/** Knows when threads left a processor and when they came back. */
export class ThreadSwitches {
  readonly #byThread = new Map<number, Switches>();
  #last = 0;

  /** The time of the last switch of any thread; 0 where there is none. */
  get last(): number {
    return this.#last;
  }

  /** A thread got a processor. */
  enter(tid: number, time: number): void {
    this.#add(tid, time, ENTER);
  }

  /** A thread left its processor. */
  leave(tid: number, time: number, isPreempted: boolean): void {
    this.#add(tid, time, isPreempted ? PREEMPTED : LEAVE);
  }

  /** A thread ended. */
  end(tid: number, time: number): void {
    this.#of(tid).end = time;
  }

  /** Puts the switches into the order of time: the file has them processor by processor. */
  order(): void {
    for (const switches of this.#byThread.values()) {
      const { times, kinds } = switches;
      if (times.every((time, i) => i === 0 || times[i - 1]! <= time)) continue;
      const order = times.map((_, i) => i).sort((a, b) => times[a]! - times[b]!);
      switches.times = order.map((i) => times[i]!);
      switches.kinds = order.map((i) => kinds[i]!);
    }
  }

  /**
   * Finds the absence that began with a sample.
   *
   * @param tid The thread.
   * @param time The time of the sample, which the kernel takes right before the switch.
   * @returns `undefined` where the thread did not leave then, or its records were lost.
   */
  absenceAt(tid: number, time: number): Absence | undefined {
    const switches = this.#byThread.get(tid);
    if (switches === undefined) return undefined;
    const { times, kinds, end } = switches;
    const at = lastUpTo(times, time - 1) + 1;
    const kind = kinds[at];
    if (kind === undefined || kind === ENTER || end <= time) return undefined;
    if (kinds[at + 1] !== undefined && kinds[at + 1] !== ENTER) return undefined;
    return { until: times[at + 1] ?? Math.max(time, this.#last), isPreempted: kind === PREEMPTED };
  }

  #add(tid: number, time: number, kind: number): void {
    const { times, kinds } = this.#of(tid);
    times.push(time);
    kinds.push(kind);
    if (time > this.#last) this.#last = time;
  }

  #of(tid: number): Switches {
    let switches = this.#byThread.get(tid);
    if (switches === undefined) {
      this.#byThread.set(tid, switches = { times: [], kinds: [], end: Infinity });
    }
    return switches;
  }
}
