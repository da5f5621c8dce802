import type { Session } from "node:inspector";
import process from "node:process";

import { host } from "../../runtime/runtime.ts";

/** Calls V8 by the DevTools protocol, within this thread. No port is opened. */
export class HeapSession {
  readonly #session: Session;

  /**
   * Connects to this thread's own V8.
   *
   * @throws {Error} If the runtime has no inspector, or does not permit it.
   */
  constructor() {
    const inspector: typeof import("node:inspector") = process.getBuiltinModule("node:inspector");
    this.#session = new inspector.Session();
    this.#session.connect();
  }

  /**
   * Calls a method, and returns its result at once: a process that ends waits for nothing.
   *
   * @throws {Error} If V8 refuses.
   */
  call<Result>(method: string, params: Record<string, unknown> = {}): Result {
    let answer: { error: Error | null; result?: unknown } | undefined;
    const post = () =>
      this.#session.post(method, params, (error: Error | null, result?: unknown) => {
        answer = { error, result };
      });
    if (host.name === "deno") withTicksAtOnce(post);
    else post();
    if (answer === undefined) throw new Error(`V8 did not answer ${method}`);
    if (answer.error !== null) throw answer.error;
    return answer.result as Result;
  }
}

/**
 * Calls a function, and all that it leaves for the next tick, at once. V8 answers before the call
 * returns, but Deno hands the answer on in the next tick (deno/ext/node/polyfills/inspector.js,
 * `#enqueueMessage`), which a process that ends does not have.
 */
function withTicksAtOnce(call: () => void): void {
  const { nextTick } = process;
  const ticks: (() => void)[] = [];
  process.nextTick = (tick: (...args: unknown[]) => void, ...args: unknown[]) =>
    void ticks.push(() => tick(...args));
  try {
    call();
    for (const tick of ticks) tick();
  } finally {
    process.nextTick = nextTick;
  }
}
