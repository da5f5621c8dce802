import type { SideEvent } from "./side_events.ts";

/** A name, and the time during which a thread had it. */
export interface NameSpan {
  name: string;
  from: number;
  to: number;
}

/** Knows the names of threads at any time. */
export class ThreadNames {
  /** By thread, in the order of time. */
  readonly #spans = new Map<number, NameSpan[]>();

  /** @param events The events of the recording, in the order of time. */
  constructor(events: readonly SideEvent[]) {
    for (const event of events) {
      if (event.kind === "comm") {
        this.#name(event.tid, event.name, event.time);
      } else if (event.kind === "fork") {
        // A thread has its parent's name until it gets one of its own.
        const name = this.#spans.get(event.parentTid)?.at(-1)?.name;
        if (name !== undefined) this.#name(event.tid, name, event.time);
      }
    }
  }

  /** The name that a thread had at a time. */
  at(tid: number, time: number): NameSpan {
    const spans = this.#spans.get(tid) ?? [];
    const span = spans.findLast(({ from }) => from <= time);
    if (span !== undefined) return span;
    // Samples before the first name get that name, because the file has no other.
    const first = spans[0];
    if (first !== undefined) return { name: first.name, from: -Infinity, to: first.from };
    return { name: defaultName(tid), from: -Infinity, to: Infinity };
  }

  #name(tid: number, name: string, time: number): void {
    let spans = this.#spans.get(tid);
    if (spans === undefined) this.#spans.set(tid, spans = []);
    const last = spans.at(-1);
    if (last?.name === name) return;
    if (last !== undefined) last.to = time;
    spans.push({ name, from: time, to: Infinity });
  }
}

/** perf's names: the idle thread of every processor has the number 0. */
function defaultName(tid: number): string {
  return tid === 0 ? "swapper" : `:${tid}`;
}
