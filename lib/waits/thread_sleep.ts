import { openSync, readlinkSync, readSync } from "node:fs";

import { host } from "../runtime/runtime.ts";

/** The part of Node's `performance` that is needed here; DOM's types lack it. */
interface NodePerformance {
  eventLoopUtilization(): { idle: number };
}

/** Tells a pause in which the event loop slept from one in which its thread was kept from running. */
export interface SleepTeller {
  /** The thread is about to pause, perhaps. */
  onReturn(now: number): void;
  /**
   * Whether the loop slept in a pause that ends now.
   *
   * @param pause Its length, in nanoseconds.
   */
  slept(pause: number): boolean;
}

/** Node counts the time that its loop sleeps; Deno has the function, but it returns 0. */
export function sleepTeller(): SleepTeller {
  return host.name === "node" ? new NodeLoopSleep() : new ThreadSleep();
}

class NodeLoopSleep implements SleepTeller {
  readonly #performance = performance as unknown as NodePerformance;
  /** Milliseconds that the loop has slept until the last pause. */
  #idle = 0;

  onReturn(): void {}

  slept(pause: number): boolean {
    const { idle } = this.#performance.eventLoopUtilization();
    const slept = 1e6 * (idle - this.#idle);
    this.#idle = idle;
    return slept > pause / 2;
  }
}

/** Nanoseconds after which the kernel's numbers are read again: a reading takes Deno 1 µs. */
const LEAST_APART = 5e5;

/** The numbers of a file of /proc that are needed, at most. */
const LENGTH = 64;

/**
 * Tells a pause in which this thread slept from one in which it was kept from running, or ran code of
 * the runtime. The kernel counts how often a thread began to run, and how long it waited for a processor
 * (`/proc/PID/task/TID/schedstat`, Documentation/scheduler/sched-stats.rst). Both change only where the
 * thread is switched, so they are exact at any time.
 */
export class ThreadSleep implements SleepTeller {
  readonly #file: number | undefined;
  readonly #bytes = new Uint8Array(LENGTH);
  #read = -Infinity;
  #delay = 0;
  #starts = 0;

  constructor() {
    try {
      // The link names this thread whichever thread opens the file.
      this.#file = openSync(`/proc/${readlinkSync("/proc/thread-self")}/schedstat`, "r");
      this.#take();
    } catch {
      // A pause is taken for a sleep then.
      this.#file = undefined;
    }
  }

  onReturn(now: number): void {
    if (this.#file === undefined || now - this.#read < LEAST_APART) return;
    this.#read = now;
    this.#take();
  }

  slept(pause: number): boolean {
    if (this.#file === undefined) return true;
    const [delay, starts] = [this.#delay, this.#starts];
    this.#take();
    return this.#starts > starts && this.#delay - delay < pause / 2;
  }

  #take(): void {
    const length = readSync(this.#file!, this.#bytes, 0, LENGTH, 0);
    const text = String.fromCharCode(...this.#bytes.subarray(0, length));
    [, this.#delay = 0, this.#starts = 0] = text.split(" ").map(Number);
  }
}
