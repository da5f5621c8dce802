import type { Frame } from "../../recording/frame.ts";
import type { StackState } from "../../recording/thread_state.ts";

/** A stack of a recording of real time. */
export interface TimedStack {
  state: StackState;
  /** The innermost function of the program. */
  app: Frame | undefined;
  /** Whether JavaScript is on it, of the program or of the runtime. */
  hasScript: boolean;
}

/**
 * A time in which an event loop took no other event: from a wait for events, or from a moment at
 * which the thread was seen outside of JavaScript, to the next. A loop that has always more to do
 * never waits, so turns that follow each other within a few samples can be seen as one.
 */
export interface Turn {
  /** The time when it began, in nanoseconds of the recording's clock. */
  start: number;
  /** Its length, in nanoseconds. */
  duration: number;
  /** Nanoseconds by stack, from the most to the least. */
  stacks: ReadonlyMap<number, number>;
}

/** The work of an event loop during a recording, after the program's start. */
export interface EventLoop {
  /** The share of time that it did not wait for events, from 0 to 1. */
  utilisation: number;
  /** Nanoseconds that an event waits for the loop, of those that come at any time: the mean. */
  meanDelay: number;
  /** The delay in nanoseconds that 99 of 100 events do not exceed. */
  delay99: number;
  /** The longest turns. */
  longest: readonly Turn[];
}

/** The number of turns that are kept with their stacks. */
const MOST_TURNS = 10;

/** Gathers the turns of one thread's event loop. */
export class EventLoopTurns {
  readonly #stacks: readonly TimedStack[];
  readonly #durations: number[] = [];
  #longest: Turn[] = [];
  #idle = 0;
  /** The turn under way; the program's start is none. */
  #start: number | undefined;
  #end = 0;
  #parts: { stack: number; time: number }[] = [];

  /** @param stacks The stacks that samples name. */
  constructor(stacks: readonly TimedStack[]) {
    this.#stacks = stacks;
  }

  /** Adds a sample; they come in the order of time. */
  add(start: number, end: number, stack: number): void {
    const { state: { kind }, hasScript } = this.#stacks[stack]!;
    if (kind === "event loop idle") {
      this.#endTurn(start);
      this.#idle += end - start;
      this.#start = end;
    } else if (this.#start !== undefined) {
      // A thread that waits was seen at the beginning, one that runs at the end.
      const seen = kind === "running" ? end : start;
      if (hasScript || kind === "running") this.#parts.push({ stack, time: end - start });
      if (!hasScript) {
        this.#endTurn(seen);
        this.#start = Math.max(seen, this.#start);
        if (kind !== "running") this.#parts.push({ stack, time: end - start });
      }
    }
    this.#end = end;
  }

  /** The whole; `undefined` where the loop never waited. */
  end(): EventLoop | undefined {
    if (this.#start === undefined) return undefined;
    this.#endTurn(this.#end);
    const busy = this.#durations.reduce((sum, duration) => sum + duration, 0);
    const total = busy + this.#idle;
    return {
      utilisation: total === 0 ? 0 : busy / total,
      meanDelay: meanDelay(this.#durations, total),
      delay99: delayOf(this.#durations, total, 0.01),
      longest: this.#longest,
    };
  }

  #endTurn(end: number): void {
    const parts = this.#parts;
    this.#parts = [];
    if (this.#start === undefined) return;
    const duration = end - this.#start;
    if (duration <= 0) return;
    this.#durations.push(duration);
    const shortest = this.#longest.at(-1)?.duration ?? 0;
    if (this.#longest.length === MOST_TURNS && duration <= shortest) return;
    const stacks = new Map<number, number>();
    for (const { stack, time } of parts) stacks.set(stack, (stacks.get(stack) ?? 0) + time);
    const turn = {
      start: this.#start,
      duration,
      stacks: new Map([...stacks].sort(([, a], [, b]) => b - a)),
    };
    this.#longest = [...this.#longest, turn].sort((a, b) => b.duration - a.duration)
      .slice(0, MOST_TURNS);
  }
}

/** An event that comes during a turn waits for its end: for half of it on average. */
function meanDelay(durations: readonly number[], total: number): number {
  return total === 0 ? 0 : durations.reduce((sum, one) => sum + one * one / 2, 0) / total;
}

/**
 * The delay that a share of the events exceeds. An event exceeds a delay if it comes earlier than
 * that before the end of a turn, so the share is the time of all turns beyond the delay.
 */
function delayOf(durations: readonly number[], total: number, share: number): number {
  const sorted = durations.toSorted((a, b) => b - a);
  let beyond = 0;
  for (const [i, duration] of sorted.entries()) {
    // All turns before this one exceed the delay that is looked for, if it is this turn's length.
    const shorter = sorted[i + 1] ?? 0;
    const next = beyond + (i + 1) * (duration - shorter);
    if (next >= share * total) return duration - (share * total - beyond) / (i + 1);
    beyond = next;
  }
  return 0;
}
