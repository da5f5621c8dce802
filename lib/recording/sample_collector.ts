import type { Frame } from "./frame.ts";
import type { Recording, Stack } from "./recording.ts";
import { SampleTableBuilder } from "./sample_table.ts";
import { StackTable } from "./stack_table.ts";
import { type Thread, threadLabels } from "./thread.ts";
import type { ThreadTable } from "./thread_table.ts";

/** A sample whose frames are known. */
export interface CollectedSample {
  /** The thread. */
  thread: Thread;
  /** The time, in nanoseconds of the recording's clock; `undefined` where it is unknown. */
  time?: number;
  /** Outermost first; equal frames must be one object. */
  frames: readonly Frame[];
  /** The amount that the sample stands for. */
  weight: number;
  /** Whether outer frames are missing. */
  isCut: boolean;
}

/** The part of a {@linkcode Recording} that is made of its samples. */
export type CollectedSamples = Pick<Recording, "threads" | "samples" | "stacks">;

/** Gathers samples until it is known which processes ran JavaScript, and threads can be named. */
export class SampleCollector {
  readonly #threads: ThreadTable;
  readonly #samples = new SampleTableBuilder();
  /** Stacks by process and name of their threads; labels are not known yet. */
  readonly #stacks = new StackTable();
  readonly #keys = new Map<string, Thread>();

  /** @param threads Numbers the threads; several recordings of one file have them in common. */
  constructor(threads: ThreadTable) {
    this.#threads = threads;
  }

  /** Adds a sample. */
  add({ thread, time, frames, weight, isCut }: CollectedSample): void {
    const key = `${thread.pid} ${thread.name}`;
    if (!this.#keys.has(key)) this.#keys.set(key, thread);
    const stack = this.#stacks.add(key, frames, { weight, isCut });
    const index = this.#threads.indexOf(thread.pid, thread.tid, thread.name);
    if (time !== undefined) this.#samples.add({ time, thread: index, stack, weight });
  }

  /** The processes whose samples have JavaScript in them. */
  scripted(): Set<number> {
    const processes = new Set<number>();
    for (const { thread, frames } of this.#stacks.stacks()) {
      const { pid } = this.#keys.get(thread)!;
      if (!processes.has(pid) && frames.some(({ file }) => file !== undefined)) processes.add(pid);
    }
    return processes;
  }

  /**
   * Puts together the samples that have been gathered.
   *
   * @param scripted The processes that ran JavaScript, in any recording of the file.
   * @param commands Command lines of processes, with the program first.
   */
  end(
    scripted: ReadonlySet<number>,
    commands?: ReadonlyMap<number, readonly string[]>,
  ): CollectedSamples {
    const keys = [...this.#keys];
    const names = threadLabels(keys.map(([, thread]) => thread), { scripted, commands });
    const labels = new Map(keys.map(([key], i) => [key, names[i]!]));
    const stacks = new StackTable();
    const indices = this.#stacks.stacks().map(({ thread, frames, ...count }: Stack) =>
      stacks.add(labels.get(thread)!, frames, count)
    );
    return {
      threads: this.#threads.threads,
      samples: this.#samples.end().withStacks(indices),
      stacks: stacks.stacks(),
    };
  }
}
