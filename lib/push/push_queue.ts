import type { PushOutcome } from "./push_outcome.ts";

/** One window, encoded. */
export interface QueuedProfile {
  /** The body of its request. */
  body: Uint8Array;
}

/** Options of {@linkcode PushQueue}. */
export interface PushQueueOptions {
  /** Sends a window in at most so many milliseconds; never throws. */
  send(body: Uint8Array, timeout: number): Promise<PushOutcome>;
  /** Is told each problem once, a sentence each. */
  onProblem(message: string): void;
  /** The target's name in messages. */
  name: string;
  /** The most windows that wait. @default {40, ten minutes of 15 s each} */
  most?: number;
  /** The most bytes that wait. @default {16 MiB} */
  mostBytes?: number;
  /** Whether waiting windows let the program end. @default {false} */
  isBackground?: boolean;
  /** A number from 0 to 1. @default {Math.random} */
  random?: () => number;
}

/**
 * The time that a request has, in milliseconds; less inside a program that must be free to end: a
 * runtime does not end while `fetch` waits.
 */
const TIMEOUT = 10_000;
const BACKGROUND_TIMEOUT = 2_000;

/** Milliseconds before the first retry, and before those after many failures. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/** Milliseconds between two attempts while the queue is flushed. */
const FLUSH_PAUSE = 200;

/**
 * Windows that wait to be sent, the oldest first. Where the target does not take them, they wait for
 * it; where too many wait, the oldest are dropped.
 */
export class PushQueue {
  readonly #options: PushQueueOptions;
  readonly #waiting: QueuedProfile[] = [];
  readonly #said = new Set<string>();
  #bytes = 0;
  #isSending = false;
  /** The number of failures since the last success. */
  #failures = 0;
  /** The time until which everything must be sent, in ms of `performance.now()`. */
  #deadline = Infinity;
  #wake: (() => void) | undefined;
  #dropped = 0;

  constructor(options: PushQueueOptions) {
    this.#options = options;
  }

  /** The number of windows that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** The number of windows that were dropped or refused. */
  get lost(): number {
    return this.#dropped;
  }

  /** Adds a window, which is sent when those before it are. */
  add(body: Uint8Array): void {
    const { most = 40, mostBytes = 16 << 20 } = this.#options;
    this.#waiting.push({ body });
    this.#bytes += body.length;
    while (this.#waiting.length > 1 && (this.#waiting.length > most || this.#bytes > mostBytes)) {
      this.#remove(this.#waiting[0]!);
      this.#dropped++;
      this.#say(
        `the oldest profiles are dropped: more than ${most} wait for ${this.#options.name}`,
        "dropped",
      );
    }
    if (!this.#isSending) void this.#sendAll();
  }

  /**
   * Sends what waits, in at most so many milliseconds. What is left then is lost.
   *
   * @param limit The time.
   */
  async flush(limit: number): Promise<void> {
    this.#deadline = performance.now() + limit;
    this.#wake?.();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = new Promise<void>((resolve) => timer = setTimeout(resolve, limit));
    const sent = this.#isSending ? this.#untilEmpty() : this.#sendAll();
    await Promise.race([sent, end]);
    // A program that has nothing else to do ends now.
    clearTimeout(timer);
    const left = this.#waiting.length;
    if (left === 0) return;
    this.#dropped += left;
    this.#waiting.length = 0;
    this.#bytes = 0;
    this.#say(`${left === 1 ? "the last profile was" : `the last ${left} profiles were`} not sent`);
  }

  async #untilEmpty(): Promise<void> {
    while (this.#waiting.length > 0 && performance.now() < this.#deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    try {
      for (let next; (next = this.#waiting[0]) !== undefined;) {
        const left = this.#deadline - performance.now();
        if (left <= 0) return;
        const timeout = this.#options.isBackground ? BACKGROUND_TIMEOUT : TIMEOUT;
        this.#settle(next, await this.#options.send(next.body, Math.min(timeout, left)));
        if (this.#failures > 0) await this.#pause();
      }
    } finally {
      this.#isSending = false;
    }
  }

  /** The time that the target asked for, in milliseconds. */
  #after: number | undefined;

  #settle(profile: QueuedProfile, outcome: PushOutcome): void {
    const { name } = this.#options;
    if (outcome.kind === "later") {
      this.#failures++;
      this.#after = outcome.after;
      this.#say(
        `Cannot push profiles to ${name}: ${outcome.reason}; they wait and are sent later`,
        "later",
      );
      return;
    }
    this.#failures = 0;
    this.#remove(profile);
    if (outcome.kind === "refused") {
      this.#dropped++;
      this.#say(`Cannot push profiles to ${name}: ${outcome.reason}`);
    } else if (outcome.note !== undefined) this.#say(`${name}: ${outcome.note}`);
  }

  /** Removes a window, unless it has been dropped meanwhile. */
  #remove(profile: QueuedProfile): void {
    const index = this.#waiting.indexOf(profile);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    this.#bytes -= profile.body.length;
  }

  /** Waits for the next attempt: twice as long each time, and not in step with other programs. */
  async #pause(): Promise<void> {
    const { random = Math.random, isBackground = false } = this.#options;
    const most = Math.min(FIRST_PAUSE * 2 ** (this.#failures - 1), LONGEST_PAUSE);
    const usual = Math.max(most * (0.5 + 0.5 * random()), this.#after ?? 0);
    const wait = this.#deadline === Infinity ? usual : FLUSH_PAUSE;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait);
      if (isBackground) timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  /** Tells a problem, unless it, or one of its kind, has been told. */
  #say(message: string, kind = message): void {
    if (this.#said.has(kind)) return;
    this.#said.add(kind);
    this.#options.onProblem(message);
  }
}
