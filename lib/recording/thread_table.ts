import type { Thread } from "./thread.ts";

/** Numbers threads; a thread has one number for each of its names. */
export class ThreadTable {
  readonly #threads: Thread[] = [];
  readonly #indices = new Map<string, number>();

  /** All threads, by index. */
  get threads(): readonly Thread[] {
    return this.#threads;
  }

  /** The index of a thread. */
  indexOf(pid: number, tid: number, name: string): number {
    const key = `${pid} ${tid} ${name}`;
    let index = this.#indices.get(key);
    if (index === undefined) {
      index = this.#threads.push({ pid, tid, name }) - 1;
      this.#indices.set(key, index);
    }
    return index;
  }
}
