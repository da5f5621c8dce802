import process from "node:process";

import { closeSync, constants, openSync, readlinkSync, writeSync } from "../base/file_system.ts";
import { type MonotonicClock, monotonicClock } from "../native/monotonic_clock.ts";
import { PerfError } from "../base/perf_error.ts";
import { processId } from "../runtime/runtime.ts";
import type { EntryFileStart } from "../recording/entry_lines.ts";

/** Entries that are written at once, and the longest time that an entry waits, in nanoseconds. */
const MOST_ENTRIES = 500;
const LONGEST_WAIT = 2e8;

/** The number of times that both clocks are read; the reading that took the least time counts. */
const READINGS = 20;

/** The facts of a file of entries. */
export interface EntryFileKind {
  /** The word at the file's start, such as `spans`. */
  kind: string;
  /** The version of the entries' form. */
  version: number;
}

/**
 * Appends the entries of this thread to a file that the command reads: a line of JSON for each. Times
 * in them are nanoseconds since the file's start.
 */
export class EntryFile<Entry extends readonly unknown[]> {
  readonly #descriptor: number;
  readonly #now = performance.now.bind(performance);
  /** The reading of `performance.now()` at the file's start, in nanoseconds. */
  readonly #origin: number;
  #lines: string[] = [];
  #written = 0;

  /**
   * @param path An existing file of ours, to append to.
   * @param kind What it is of.
   * @throws {PerfError} If CLOCK_MONOTONIC cannot be read.
   */
  constructor(path: string, { kind, version }: EntryFileKind) {
    const clock = monotonicClock();
    if ("obstacle" in clock) {
      throw new PerfError(`Cannot record ${kind}: no clock, ${clock.obstacle}`, {
        code: "unavailable",
        hint: "deno run -A …",
      });
    }
    const { O_APPEND, O_WRONLY, O_NOFOLLOW } = constants;
    this.#descriptor = openSync(path, O_WRONLY | O_APPEND | O_NOFOLLOW);
    const { start, origin } = this.#align(clock);
    this.#origin = origin;
    const head: EntryFileStart = [kind, version, processId(), threadId(), start];
    this.#lines.push(JSON.stringify(head));
    this.flush();
  }

  /**
   * Reads both clocks at one moment: performance.now() runs on the same clock from another origin. Of
   * several readings the shortest counts, since the first call of a clock can take milliseconds.
   */
  #align(clock: MonotonicClock): { start: number; origin: number } {
    let best = { start: 0, origin: 0, took: Infinity };
    for (let i = 0; i < READINGS; i++) {
      const before = this.#now();
      const start = clock.now();
      const after = this.#now();
      const took = after - before;
      if (took < best.took) best = { start, origin: 1e6 * (before + after) / 2, took };
    }
    return best;
  }

  /** The time, in nanoseconds since the file's start. */
  now(): number {
    return Math.round(1e6 * this.#now() - this.#origin);
  }

  /** Turns milliseconds of `performance.now()` into nanoseconds since the file's start. */
  timeOf(milliseconds: number): number {
    return Math.round(1e6 * milliseconds - this.#origin);
  }

  /** Adds an entry; it is written a moment later. */
  add(entry: Entry): void {
    this.#lines.push(JSON.stringify(entry));
  }

  /** Whether entries have waited long enough to be written. */
  isDue(now: number): boolean {
    return this.#lines.length >= MOST_ENTRIES || now - this.#written > LONGEST_WAIT;
  }

  /** Writes all entries. */
  flush(now = this.now()): void {
    this.#written = now;
    if (this.#lines.length === 0) return;
    const bytes = new TextEncoder().encode(this.#lines.join("\n") + "\n");
    this.#lines = [];
    for (let at = 0; at < bytes.length;) at += writeSync(this.#descriptor, bytes, at);
  }

  /** Writes all entries, and closes the file. */
  close(): void {
    this.flush();
    closeSync(this.#descriptor);
  }
}

/** The number of this thread, as the kernel has it. */
function threadId(): number {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").at(-1)) || process.pid;
  } catch {
    return process.pid;
  }
}
