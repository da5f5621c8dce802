import { defineElement, Int32Array, lengthened, max, min, set, Uint8Array } from "./builtins.ts";
import type { CodeExtent } from "./engine.ts";
import type { V8Code } from "./v8_code.ts";

/** A function that has a frame of its trampoline at each call. */
export const EACH_CALL = 0;
/** One that takes less time than a frame. */
export const LEAF = 1;
/** One that V8 never inlines into another; beside {@linkcode LEAF}. */
export const NEVER_INLINED = 2;

/** The most calls of a leaf that go without a frame, one in a row of ones in binary. */
const MOST_LEFT = 15;

/** Functions at first. More cost a program all that V8 has optimised of it; memory is taken as it is used. */
const FIRST_CAPACITY = 1 << 20;

/** After how many calls a function's own code is looked for again, at first and at most. */
const FIRST_INTERVAL = 64;
const LONGEST_INTERVAL = 1 << 20;

/** How often its own code is looked for, in ms: so long at most it can have no name when V8 has moved it. */
const PERIOD = 100;

/** The same where it was not found once. */
const RETRY_INTERVAL = 16;

/** The most often that a function is asked about in vain before it is left alone. */
const MOST_FAILURES = 32;

/** The most pieces of code that get names: V8 makes more and more where it has to unmake. */
const MOST_DECLARED = 1 << 14;

/** What the schedule is told by those who use it. */
export interface ScheduleHost {
  /**
   * The code that runs a function which asks; `undefined` where it is not its own, or not final.
   *
   * @param known What it was the last time.
   */
  find(id: number, fn: unknown, known: V8Code | undefined): V8Code | undefined;
  /** Names a piece of code. */
  declare(id: number, code: CodeExtent): void;
  /** The time, in ms. */
  now(): number;
}

/** A function that is called often. */
interface Often {
  /** Whether its code is to be looked for at the next call. */
  isAsked: boolean;
  /** Its own code, as it was seen last. */
  code: V8Code | undefined;
  /** Calls from one look at its code to the next; 0 where calls have frames of the trampoline. */
  interval: number;
  /** When its code was seen, in ms. */
  seen: number;
  /** Whether it was not there the last time. */
  isMissed: boolean;
  /** How often it was not found, and how many times more nobody shall ask. */
  failures: number;
  wait: number;
}

/**
 * Which calls of a function have a frame of its trampoline.
 *
 * Most do at each call. A leaf takes less time than the frame around it: with one at every call it
 * would seem to take many times what it takes, and with one at every eighth about that. And a
 * function that is called often, is inlined nowhere and has been compiled by V8, needs none at all: the
 * frame that V8 makes is in the frame-pointer chain too, and its code is given the function's name.
 */
export class FrameSchedule {
  /** How many calls of each function go without a frame; 0 where each has one. */
  left: Int32Array<ArrayBuffer> = new Int32Array(FIRST_CAPACITY);
  readonly #host: ScheduleHost;
  #kinds = new Uint8Array(64);
  #length = 0;
  /** By number. */
  #often = byNumber<Often>();
  readonly #declared: { id: number; start: number; end: number }[] = [];
  #isRetired = false;
  #random = 0x2545f491;

  /** @param host Finds code and names it. */
  constructor(host: ScheduleHost) {
    this.#host = host;
  }

  /** Whether functions may do without trampolines. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Takes up functions: of each, {@linkcode LEAF} and {@linkcode NEVER_INLINED}. */
  add(first: number, kinds: ArrayLike<number>): void {
    this.#length = first + kinds.length;
    if (this.#length > this.#kinds.length) {
      this.#kinds = lengthened(Uint8Array, this.#kinds, max(this.#length, 2 * this.#kinds.length));
    }
    if (this.#length > this.left.length) {
      this.left = lengthened(Int32Array, this.left, 2 * this.#length);
    }
    set(this.#kinds, kinds, first);
    for (let id = first; id < this.#length; id++) this.#reset(id);
  }

  /** Begins anew: whoever names functions now has not seen any. */
  restart(): void {
    for (let id = 0; id < this.#length; id++) this.#reset(id);
  }

  #reset(id: number): void {
    const isWithout = (this.#often[id]?.interval ?? 0) > 0;
    this.left[id] = isWithout ? 1 : this.#kinds[id]! & LEAF;
  }

  /**
   * To be told of a function now and then that is called often inside its trampoline.
   *
   * @returns Whether to be told again.
   */
  ask(id: number): boolean {
    if (this.#isRetired || (this.#kinds[id]! & NEVER_INLINED) === 0) return false;
    const often = this.#often[id] ??= {
      isAsked: false,
      code: undefined,
      interval: 0,
      seen: 0,
      isMissed: false,
      failures: 0,
      wait: 0,
    };
    // Asked before, and it never came to a check.
    if (often.isAsked || often.failures > MOST_FAILURES) return false;
    if (often.wait-- > 0) return true;
    often.isAsked = true;
    this.left[id] = 1;
    return true;
  }

  /**
   * To be called by a function where no calls are left.
   *
   * @param fn The function.
   * @returns 1 if this call has a frame of its trampoline, or else 0.
   */
  check(id: number, fn: unknown): number {
    const often = this.#often[id];
    if (often === undefined || (!often.isAsked && often.interval === 0)) return this.#frame(id);
    often.isAsked = false;
    const code = this.#host.find(id, fn, often.code);
    if (code === undefined) return this.#miss(id, often);
    const isSame = often.code === code;
    if (!isSame && !this.#declare(id, code)) return this.#miss(id, often);
    // Trampolines have gone off where the name could not be written.
    if (this.#isRetired) return 0;
    const now = this.#host.now();
    if (!isSame) often.interval = FIRST_INTERVAL;
    else if (now - often.seen < PERIOD) often.interval = min(2 * often.interval, LONGEST_INTERVAL);
    else often.interval = max(often.interval >> 1, 1);
    often.code = code;
    often.isMissed = false;
    often.seen = now;
    this.left[id] = often.interval;
    return 0;
  }

  /**
   * Has functions have their trampolines again, for ever: what V8 has made of them keeps its name,
   * and nobody shall run it who is not to be seen. Code that looks at the {@linkcode left} of before
   * is to be thrown away.
   *
   * @returns Whether there was any.
   */
  retire(): boolean {
    if (this.#isRetired || this.#declared.length === 0) return false;
    this.#isRetired = true;
    this.#often = byNumber();
    this.left = new Int32Array(this.left.length);
    this.restart();
    return true;
  }

  /** Has a call have its frame. */
  #frame(id: number): number {
    this.left[id] = (this.#kinds[id]! & LEAF) === 0 ? 0 : 1 + (this.#nextRandom() & MOST_LEFT);
    return 1;
  }

  /** Marsaglia's xorshift. */
  #nextRandom(): number {
    let random = this.#random;
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    return this.#random = random;
  }

  #miss(id: number, often: Often): number {
    if (often.interval > 0 && !often.isMissed) {
      // Another closure may be called now and then that V8 has not compiled.
      often.isMissed = true;
      this.left[id] = RETRY_INTERVAL;
      return 0;
    }
    often.code = undefined;
    often.interval = 0;
    often.isMissed = false;
    often.wait = often.failures++;
    return this.#frame(id);
  }

  /** Names code, unless some of it has a name already: V8 uses memory again. */
  #declare(id: number, code: V8Code): boolean {
    const start = code.address;
    const end = start + code.size;
    const declared = this.#declared;
    for (let i = 0; i < declared.length; i++) {
      const other = declared[i]!;
      if (other.end <= start || other.start >= end) continue;
      return other.id === id && other.start === start && other.end === end;
    }
    if (declared.length === MOST_DECLARED) return false;
    this.#host.declare(id, code);
    defineElement(declared, declared.length, { id, start, end });
    return true;
  }
}

/** An object of numbers, into which nobody can put anything: it has no prototype. */
function byNumber<Value>(): Record<number, Value> {
  return { __proto__: null } as unknown as Record<number, Value>;
}
