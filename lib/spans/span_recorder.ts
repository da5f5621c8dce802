import { AsyncLocalStorage, createHook } from "node:async_hooks";
import v8 from "node:v8";

import { host } from "../runtime/runtime.ts";
import type { SpanFileEntry } from "../recording/spans/span_log.ts";
import type { EntryFile } from "./entry_file.ts";

/** A span that has begun. */
export interface RunningSpan {
  readonly id: number;
  /** May change until the span ends: the pattern of a route can be known late. */
  name: string;
  readonly parent: number;
  readonly start: number;
  /** What the observer keeps of the outermost span around it. */
  readonly followed: FollowedSpan | undefined;
}

/** An outermost span whose awaits are recorded. */
export interface FollowedSpan {
  /** The number of spans that it stands for. */
  readonly count: number;
  /** The awaits that have been recorded. */
  waits: number;
}

/** Hears of this thread's spans, and of the event loop's calls into the program. */
export interface SpanObserver {
  /** Decides whether the awaits of a span are recorded that begins in no other span. */
  follow(span: number): FollowedSpan | undefined;
  /** The event loop calls into the program. */
  onCall(): void;
  /** It has returned. */
  onReturn(): void;
}

/** Numbers of a list of runs, three each, that are written as one entry. */
const RUNS_PER_ENTRY = 3 * 200;

/**
 * Records which span this thread runs for, and when. The runtime carries the span along with the
 * async context (AsyncLocalStorage). Hooks run before and after every callback and every reaction
 * to a promise; they compare the context's span with the one before.
 *
 * The hooks see all that the program awaits and change no promise: V8 calls them beside its own
 * steps. Microtasks, results and unhandled rejections stay those of the program.
 */
export class SpanRecorder implements Disposable {
  readonly #file: EntryFile<SpanFileEntry>;
  readonly #context = new AsyncLocalStorage<RunningSpan>();
  readonly #stops: (() => void)[] = [];
  /** The span that the thread runs for, since when, and those that wait below on the stack. */
  #current: RunningSpan | undefined;
  #since = 0;
  #below: (RunningSpan | undefined)[] = [];
  #runs: number[] = [];
  #count = 0;
  readonly #open = new Set<RunningSpan>();
  /** Spans that end when a promise is settled. */
  readonly #endings = new WeakMap<object, RunningSpan>();
  #observer: SpanObserver | undefined;
  /** Promises that were settled while a body ran; `undefined` while none runs. */
  #settled: unknown[] | undefined;

  /** @param file Where entries go. */
  constructor(file: EntryFile<SpanFileEntry>) {
    this.#file = file;
    // Before version 24, Node's storage has hooks of its own, which must run before ours.
    this.#context.exit(() => {});
    this.#hook();
  }

  #hook(): void {
    const before = () => {
      if (this.#below.length === 0) this.#observer?.onCall();
      this.#below.push(this.#current);
      this.#switchTo(this.#context.getStore());
    };
    const after = () => {
      this.#switchTo(this.#below.pop());
      if (this.#below.length === 0) this.#observer?.onReturn();
    };
    const settled = (promise: object) => {
      this.#settled?.push(promise);
      const span = this.#endings.get(promise);
      if (span !== undefined) this.end(span);
    };
    const callbacks = createHook({ before, after });
    callbacks.enable();
    // Deno calls these hooks for callbacks only, and V8's for promises.
    const ofPromises = host.name === "deno" ? { before, after, settled } : { settled };
    const stop = v8.promiseHooks.createHook(ofPromises) as unknown as () => void;
    this.#stops.push(() => callbacks.disable(), stop);
  }

  /** Tells an observer of spans and calls from now on. */
  observe(observer: SpanObserver): void {
    this.#observer = observer;
  }

  /** The span of the present context. */
  get current(): RunningSpan | undefined {
    return this.#context.getStore();
  }

  /** Calls a body in a new span, which ends when the body returns, or its promise is settled. */
  run<Result>(name: string, body: () => Result): Result {
    const span = this.begin(name);
    let isPending = false;
    try {
      return this.within(span, () => {
        const outer = this.#settled;
        const settled = this.#settled = [];
        try {
          const result = body();
          isPending = result instanceof Promise && !(settled as unknown[]).includes(result);
          if (isPending) this.#endings.set(result as object, span);
          return result;
        } finally {
          outer?.push(...settled);
          this.#settled = outer;
        }
      });
    } finally {
      if (!isPending) this.end(span);
    }
  }

  /** Begins a span in the present context. */
  begin(name: string): RunningSpan {
    const outer = this.#context.getStore();
    const id = ++this.#count;
    const followed = outer === undefined ? this.#observer?.follow(id) : outer.followed;
    const span = { id, name, parent: outer?.id ?? 0, start: this.#file.now(), followed };
    this.#open.add(span);
    return span;
  }

  /** Calls a body in the context of a span. */
  within<Result>(span: RunningSpan, body: () => Result): Result {
    const outer = this.#current;
    this.#switchTo(span);
    try {
      return this.#context.run(span, body);
    } finally {
      this.#switchTo(outer);
    }
  }

  /** Ends a span. Its context may go on. */
  end(span: RunningSpan): void {
    if (!this.#open.delete(span)) return;
    const { id, name, parent, start } = span;
    const now = this.#file.now();
    this.#file.add(["span", id, name, parent, start, now]);
    if (this.#file.isDue(now)) this.#flush(now);
  }

  #switchTo(span: RunningSpan | undefined): void {
    const current = this.#current;
    if (span === current) return;
    const now = this.#file.now();
    if (current !== undefined && now > this.#since) {
      this.#runs.push(current.id, this.#since, now);
      if (this.#runs.length >= RUNS_PER_ENTRY) this.#writeRuns();
    }
    this.#current = span;
    this.#since = now;
  }

  #flush(now?: number): void {
    this.#writeRuns();
    this.#file.flush(now);
  }

  #writeRuns(): void {
    if (this.#runs.length === 0) return;
    this.#file.add(["runs", ...this.#runs]);
    this.#runs = [];
  }

  /** Stops the hooks, and writes what has not ended. */
  [Symbol.dispose](): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#switchTo(undefined);
    for (const { id, name, parent, start } of this.#open) {
      this.#file.add(["open", id, name, parent, start]);
    }
    this.#open.clear();
    this.#flush();
  }
}
