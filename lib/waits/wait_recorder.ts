import v8 from "node:v8";

import { WAIT_NUMBERS, type WaitFileEntry, WaitKind } from "../recording/waits/wait_log.ts";
import type { EntryFile } from "../spans/entry_file.ts";
import {
  type AsyncStack,
  captureAsyncStack,
  isAwaitedBy,
  stackKey,
  waitFrames,
} from "./async_stack.ts";
import { SamplingRate } from "./sampling_rate.ts";

/** An await that is recorded. */
interface RecordedWait {
  stack: AsyncStack;
  start: number;
  settled: number;
  count: number;
  kind: number;
}

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
  /** Waits by V8's promise for the await, and by the awaited promise. */
  readonly #waits = new WeakMap<object, RecordedWait>();
  readonly #awaited = new WeakMap<object, RecordedWait[]>();
  readonly #pending = new Set<RecordedWait>();
  readonly #stacks = new Map<string, number>();
  #numbers: number[] = [];

  /** @param file Where entries go. */
  constructor(file: EntryFile<WaitFileEntry>) {
    this.#file = file;
    const rate = this.#rate = new SamplingRate(file.now());
    const init = (promise: object, awaited: object | undefined) => {
      if (awaited !== undefined && rate.takesNext()) this.#begin(promise, awaited, init);
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
  }

  #begin(promise: object, awaited: object, hook: (...args: never[]) => unknown): void {
    const now = this.#file.now();
    const count = this.#rate.apart;
    this.#rate.choose();
    const stack = captureAsyncStack(hook);
    // A promise of then() is no await; nor are those of the runtime's own code the program's.
    if (stack?.isProgram) {
      // A timer that the program waits for runs since before the stack was captured.
      const wait = { stack, start: now, settled: -1, count, kind: WaitKind.LEAF };
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
      wait.settled = now;
      if (by === undefined) continue;
      if (by.isOnlySteps) wait.kind = WaitKind.OTHERS;
      else if (by.isProgram && isAwaitedBy(by, wait.stack)) wait.kind = WaitKind.CALLEE;
    }
    this.#spend(now);
  }

  #end(wait: RecordedWait, now: number): void {
    this.#pending.delete(wait);
    this.#write(wait, now);
    if (this.#numbers.length >= NUMBERS_PER_ENTRY || this.#file.isDue(now)) this.#flush(now);
    this.#spend(now);
  }

  #write({ stack, start, settled, count, kind }: RecordedWait, end: number): void {
    const key = stackKey(stack);
    let id = this.#stacks.get(key);
    if (id === undefined) {
      this.#stacks.set(key, id = this.#stacks.size);
      this.#file.add(["stack", id, ...waitFrames(stack)]);
    }
    this.#numbers.push(id, start, settled, end, count, kind);
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
    // Where the promise is settled, V8 goes on in a builtin, as at the end of a generator.
    for (const wait of this.#pending) this.#write(wait, wait.settled);
    this.#pending.clear();
    this.#flush();
  }
}
