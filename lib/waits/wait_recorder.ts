import v8 from "node:v8";

import { WaitKind } from "../recording/waits/wait.ts";
import { WAIT_NUMBERS, type WaitFileEntry } from "../recording/waits/wait_log.ts";
import type { EntryFile } from "../spans/entry_file.ts";
import {
  type AsyncStack,
  captureAsyncStack,
  isAwaitedBy,
  stackKey,
  waitFrames,
} from "./async_stack.ts";
import type { FollowedSpan, SpanRecorder } from "../spans/span_recorder.ts";
import { LoopTurns } from "./loop_turns.ts";
import { SamplingRate } from "./sampling_rate.ts";

/** An await that is recorded. */
interface RecordedWait {
  stack: AsyncStack;
  start: number;
  /** Bounds of the time from which on the function could go on. */
  earliest: number;
  settled: number;
  count: number;
  kind: number;
  span: number;
}

/** Awaits of a span from which on the others are left to chance. */
const MOST_OF_SPAN = 1000;

/** Numbers of waits that are written as one entry. */
const NUMBERS_PER_ENTRY = WAIT_NUMBERS * 100;

/** Frames of the stack that settles a promise: the function, and the caller that awaits it. */
const SETTLING_FRAMES = 12;

/** Waits that have not ended are kept up to this number: a promise that is dropped never settles. */
const MOST_PENDING = 100_000;

/**
 * Records how long awaits wait. V8 tells by its promise hooks when an await begins (it makes a
 * promise of its own for it, whose parent is the awaited one), when the awaited promise is settled,
 * and when the function goes on. V8 calls these hooks beside its own steps: no promise comes between,
 * and no microtask is added.
 */
export class WaitRecorder implements Disposable {
  readonly #file: EntryFile<WaitFileEntry>;
  readonly #rate: SamplingRate;
  readonly #stop: () => void;
  readonly #spans: SpanRecorder | undefined;
  readonly #turns: LoopTurns | undefined;
  /** Waits by V8's promise for the await, and by the awaited promise. */
  readonly #waits = new WeakMap<object, RecordedWait>();
  readonly #awaited = new WeakMap<object, RecordedWait[]>();
  readonly #pending = new Set<RecordedWait>();
  readonly #stacks = new Map<string, number>();
  #numbers: number[] = [];

  /**
   * @param file Where entries go.
   * @param spans The recorder of the program's spans, if there is one. All awaits of some spans are
   * recorded then, so that the time of these spans adds up.
   */
  constructor(file: EntryFile<WaitFileEntry>, spans?: SpanRecorder) {
    this.#file = file;
    this.#spans = spans;
    const rate = this.#rate = new SamplingRate(file.now());
    const init = spans === undefined
      ? (promise: object, awaited: object | undefined) => {
        if (awaited !== undefined && rate.takesNext()) {
          this.#begin({ promise, awaited, count: this.#chosen(), span: 0 }, init);
        }
      }
      : (promise: object, awaited: object | undefined) => {
        if (awaited !== undefined) this.#beginInSpan(promise, awaited, init);
      };
    const settled = (promise: object) => {
      const waits = this.#awaited.get(promise);
      if (waits !== undefined) this.#settle(waits, settled);
    };
    const before = (promise: object) => {
      const wait = this.#waits.get(promise);
      if (wait !== undefined) this.#end(wait, this.#file.now());
    };
    // The first stack takes milliseconds, which the program's first await would wait.
    captureAsyncStack(init);
    const hooks = { init, settled, before } as Parameters<typeof v8.promiseHooks.createHook>[0];
    this.#stop = v8.promiseHooks.createHook(hooks) as unknown as () => void;
    this.#turns = spans && new LoopTurns(() => file.now());
    spans?.observe({
      follow: (span) => this.#follow(span),
      onCall: () => this.#turns!.onCall(),
      onReturn: () => this.#turns!.onReturn(),
    });
  }

  /** The number that an await or a span stands for that is recorded; the next one is chosen. */
  #chosen(): number {
    const { apart } = this.#rate;
    this.#rate.choose();
    return apart;
  }

  #follow(span: number): FollowedSpan | undefined {
    if (!this.#rate.takesNext()) return undefined;
    const count = this.#chosen();
    this.#file.add(["followed", span, count]);
    return { count, waits: 0 };
  }

  #beginInSpan(promise: object, awaited: object, hook: (...args: never[]) => unknown): void {
    const { id: span = 0, followed } = this.#spans!.current ?? {};
    if (span !== 0 && followed === undefined) return;
    let count = followed?.count ?? 1;
    if (followed === undefined || ++followed.waits > MOST_OF_SPAN) {
      if (!this.#rate.takesNext()) return;
      count *= this.#chosen();
    }
    this.#begin({ promise, awaited, count, span }, hook);
  }

  #begin(
    { promise, awaited, count, span }: {
      promise: object;
      awaited: object;
      count: number;
      span: number;
    },
    hook: (...args: never[]) => unknown,
  ): void {
    const now = this.#file.now();
    const stack = captureAsyncStack(hook);
    // A promise of then() is no await; nor are those of the runtime's own code the program's.
    if (stack?.isProgram) {
      // A timer that the program waits for runs since before the stack was captured.
      const wait = {
        stack,
        start: now,
        earliest: -1,
        settled: -1,
        count,
        kind: WaitKind.LEAF,
        span,
      };
      this.#waits.set(promise, wait);
      const others = this.#awaited.get(awaited);
      if (others === undefined) this.#awaited.set(awaited, [wait]);
      else others.push(wait);
      if (this.#pending.size < MOST_PENDING) this.#pending.add(wait);
    }
    this.#spend(now);
  }

  /** The awaited promise is settled, by the function on the stack. */
  #settle(waits: RecordedWait[], hook: (...args: never[]) => unknown): void {
    const now = this.#file.now();
    const by = captureAsyncStack(hook, SETTLING_FRAMES);
    for (const wait of waits) {
      if (wait.settled >= 0) continue;
      if (by?.isOnlySteps) wait.kind = WaitKind.OTHERS;
      else if (by?.isProgram && isAwaitedBy(by, wait.stack)) wait.kind = WaitKind.CALLEE;
      // The answer came from outside, unless code of another span gave it, as where a lock is released.
      const isFromOutside = wait.kind === WaitKind.LEAF &&
        (!by?.isProgram || (this.#spans?.current?.id ?? 0) === wait.span);
      const known = { earliest: now, latest: now };
      const { earliest, latest } = isFromOutside && this.#turns?.arrival(wait.start, now) || known;
      wait.earliest = earliest;
      wait.settled = latest;
    }
    this.#spend(now);
  }

  #end(wait: RecordedWait, now: number): void {
    this.#pending.delete(wait);
    this.#write(wait, now);
    if (this.#numbers.length >= NUMBERS_PER_ENTRY || this.#file.isDue(now)) this.#flush(now);
    this.#spend(now);
  }

  #write({ stack, start, earliest, settled, count, kind, span }: RecordedWait, end: number): void {
    const key = stackKey(stack);
    let id = this.#stacks.get(key);
    if (id === undefined) {
      this.#stacks.set(key, id = this.#stacks.size);
      this.#file.add(["stack", id, ...waitFrames(stack)]);
    }
    this.#numbers.push(id, start, earliest, settled, end, count, kind, span);
  }

  #spend(since: number): void {
    const now = this.#file.now();
    this.#rate.spend(now - since, now);
  }

  #flush(now?: number): void {
    if (this.#numbers.length > 0) this.#file.add(["waits", ...this.#numbers]);
    this.#numbers = [];
    this.#file.flush(now);
  }

  /** Stops the hooks, and writes the waits that have not ended. */
  [Symbol.dispose](): void {
    this.#stop();
    this.#turns?.[Symbol.dispose]();
    // Where the promise is settled, V8 goes on in a builtin, as at the end of a generator.
    for (const wait of this.#pending) this.#write(wait, wait.settled);
    this.#pending.clear();
    this.#flush();
  }
}
