import { defineElement, Int32Array, lengthened, max, min, set, Uint8Array } from "./builtins.ts";
import type { CodeExtent } from "./engine.ts";
import type { Sight } from "./own_code.ts";
import type { V8Code } from "./v8_code.ts";

/** A function that has a frame of its trampoline at each call. */
export const EACH_CALL = 0;
/** One that takes less time than a frame. */
export const LEAF = 1;
/** One that V8 never inlines into another; beside {@linkcode LEAF}. */
export const NEVER_INLINED = 2;
/** One that hands over its body, a function of each call; beside {@linkcode NEVER_INLINED}. */
export const HANDS_BODY = 4;

/** The most calls of a leaf that go without a frame, one in a row of ones in binary. */
const MOST_LEFT = 15;

/** Functions at first. More cost a program all that V8 has optimised of it; memory is taken as it is used. */
const FIRST_CAPACITY = 1 << 18;

/** After how many calls a function's own code is looked for again, at first and at most. */
const FIRST_INTERVAL = 64;
const LONGEST_INTERVAL = 4096;

/** How long these calls shall take, in ms: so long about code has no name that V8 has made anew. */
const PERIOD = 50;

/**
 * The same until it has been found, and is named: calls that have run in it have two frames of one
 * name. What takes longer than the longest time gains nothing.
 */
const ASK_INTERVAL = 256;
const LONGEST_ASK_INTERVAL = 1024;
const ASK_PERIOD = 10;
const LONGEST_ASK_PERIOD = 100;

/** Calls until it is looked for again where it was not found once. */
const RETRY_INTERVAL = 16;

/** The most pieces of code that get names: V8 makes more and more where it has to unmake. */
const MOST_DECLARED = 1 << 14;

/** What the schedule is told by those who use it. */
export interface ScheduleHost {
  /**
   * What runs a function which asks; `undefined` where it is not code of its own.
   *
   * @param fn The function, or its body.
   * @param isBody Which of them.
   * @param last What it was the last time.
   */
  find(id: number, fn: unknown, isBody: boolean, last: Sight | undefined): Sight | undefined;
  /** Names a piece of code. */
  declare(id: number, code: CodeExtent): void;
  /** The time, in ms. */
  now(): number;
}

/** A function that is called often. */
interface Often {
  /** What was seen of its code the last time. */
  sight: Sight | undefined;
  /** What was seen of it when its code was given its name. */
  named: Sight | undefined;
  /** Whether its calls go without frames. */
  isWithout: boolean;
  /** Whether it is among those that are gone through. */
  isListed: boolean;
  /** Whether its code was not there the last time. */
  isMissed: boolean;
  /** Whether its code is to be looked for at the next call. */
  isAsked: boolean;
  /** Calls that go without frames from one look at its code to the next. */
  interval: number;
  /** When the last one was, in ms. */
  looked: number;
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
  /** Counts how often all began anew. */
  #era = 0;
  /** Functions whose calls go without frames, and others whose did, by number. */
  readonly #without: number[] = [];
  /** When these were gone through, in ms. */
  #swept = 0;
  #random = 0x2545f491;

  /** @param host Finds code and names it. */
  constructor(host: ScheduleHost) {
    this.#host = host;
  }

  /** Whether functions may do without trampolines. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  /**
   * Takes up functions.
   *
   * @param kinds Of each, {@linkcode LEAF}, {@linkcode NEVER_INLINED} and {@linkcode HANDS_BODY}.
   */
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
    const often = this.#often[id];
    if (often !== undefined) often.isAsked = false;
    this.left[id] = often?.isWithout ? 1 : this.#kinds[id]! & LEAF;
  }

  /**
   * To be told of a function now and then that is called often inside its trampoline.
   *
   * @returns After how many more calls to be told again; 0 for never.
   */
  ask(id: number): number {
    if (this.#isRetired || (this.#kinds[id]! & NEVER_INLINED) === 0) return 0;
    const often = this.#often[id] ??= {
      sight: undefined,
      named: undefined,
      isWithout: false,
      isListed: false,
      isMissed: false,
      isAsked: false,
      interval: 0,
      looked: -Infinity,
    };
    // Asked before, and it never came to a check.
    if (often.isAsked && this.left[id] !== 0) return 0;
    const isFirst = often.looked === -Infinity;
    const elapsed = this.#elapsed(often);
    // V8 is to have seen the check once before it compiles the function, or would compile it twice.
    if (isFirst || elapsed < LONGEST_ASK_PERIOD) this.left[id] = 1;
    often.isAsked = elapsed < LONGEST_ASK_PERIOD;
    return elapsed < ASK_PERIOD ? LONGEST_ASK_INTERVAL : ASK_INTERVAL;
  }

  /** The time since a function's code was looked for, in ms; from now on it has been. */
  #elapsed(often: Often): number {
    const now = this.#host.now();
    const { looked } = often;
    often.looked = now;
    this.#sweep(now);
    return now - looked;
  }

  /**
   * To be called by a function where no calls are left.
   *
   * @param fn The function, or its body.
   * @returns 1 if this call has a frame of its trampoline, or else 0.
   */
  check(id: number, fn: unknown): number {
    const often = this.#often[id];
    if (often === undefined || !(often.isAsked || often.isWithout)) return this.#frame(id);
    often.isAsked = false;
    const sight = often.sight = this.#host.find(
      id,
      fn,
      (this.#kinds[id]! & HANDS_BODY) !== 0,
      often.sight,
    );
    if (sight?.code === undefined) return this.#miss(id, often);
    const isNew = sight !== often.named;
    if (isNew) {
      const era = this.#era;
      const isDeclared = this.#declare(id, sight.code);
      // Trampolines have gone off where the name could not be written.
      if (era !== this.#era) return 0;
      if (!isDeclared) return this.#miss(id, often);
      often.named = sight;
    }
    const elapsed = this.#elapsed(often);
    if (isNew || !often.isWithout) often.interval = FIRST_INTERVAL;
    else if (elapsed < PERIOD / 2) often.interval = min(2 * often.interval, LONGEST_INTERVAL);
    else if (elapsed > PERIOD) often.interval = max(often.interval >> 1, 1);
    if (!often.isListed) defineElement(this.#without, this.#without.length, id);
    often.isListed = true;
    often.isWithout = true;
    often.isMissed = false;
    this.left[id] = often.interval;
    return 0;
  }

  /**
   * Has all functions looked for at their next call that have not been for long: those whose calls have
   * become slow, as they do where V8 has thrown their code away.
   */
  #sweep(now: number): void {
    if (now - this.#swept < PERIOD) return;
    this.#swept = now;
    const without = this.#without;
    let kept = 0;
    for (let i = 0; i < without.length; i++) {
      const id = without[i]!;
      const often = this.#often[id]!;
      often.isListed = often.isWithout;
      if (!often.isListed) continue;
      without[kept++] = id;
      if (now - often.looked > 2 * PERIOD) this.left[id] = 1;
    }
    without.length = kept;
  }

  /**
   * Forgets all, and where code of V8's has a name, has functions have their trampolines for ever: it
   * keeps the name, and nobody shall run it who is not to be seen. Code that looks at the
   * {@linkcode left} of before is to be thrown away. {@linkcode restart} is to be called afterwards.
   *
   * @returns Whether there was any.
   */
  retire(): boolean {
    this.#era++;
    this.#often = byNumber();
    this.#without.length = 0;
    const isFirst = !this.#isRetired && this.#declared.length > 0;
    if (isFirst) {
      this.#isRetired = true;
      this.left = new Int32Array(this.left.length);
    }
    return isFirst;
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
    if (often.isWithout && !often.isMissed) {
      // Another closure may be called now and then that V8 has not compiled.
      often.isMissed = true;
      this.left[id] = RETRY_INTERVAL;
      return 0;
    }
    often.isWithout = false;
    often.isMissed = false;
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
    const era = this.#era;
    this.#host.declare(id, code);
    if (era === this.#era) defineElement(declared, declared.length, { id, start, end });
    return true;
  }
}

/** An object of numbers, into which nobody can put anything: it has no prototype. */
function byNumber<Value>(): Record<number, Value> {
  return { __proto__: null } as unknown as Record<number, Value>;
}
