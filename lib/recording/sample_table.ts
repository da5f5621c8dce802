import { orderByTime } from "./time_order.ts";

/** The columns of a {@linkcode SampleTable}, all of one length. */
export interface SampleColumns {
  /** The time, in nanoseconds of the recording's clock. */
  time: Float64Array;
  /** The thread: an index in the recording's `threads`. */
  thread: Uint32Array;
  /** The stack: an index in the recording's `stacks`. */
  stack: Uint32Array;
  /** The amount that the sample stands for, in the recording's unit. */
  weight: Float64Array;
}

/** Samples in columns: millions of objects would not fit into memory. */
export class SampleTable implements Readonly<SampleColumns> {
  readonly time: Float64Array;
  readonly thread: Uint32Array;
  readonly stack: Uint32Array;
  readonly weight: Float64Array;

  constructor({ time, thread, stack, weight }: SampleColumns) {
    this.time = time;
    this.thread = thread;
    this.stack = stack;
    this.weight = weight;
  }

  /** A table without samples. */
  static empty(): SampleTable {
    return new SampleTableBuilder().end();
  }

  /** The number of samples. */
  get length(): number {
    return this.time.length;
  }

  /**
   * Returns the samples with other indices of their stacks.
   *
   * @param indices The new index of each stack.
   */
  withStacks(indices: ArrayLike<number>): SampleTable {
    return this.replacingStacks(this.stack.map((stack) => indices[stack]!));
  }

  /**
   * Returns the samples with other stacks.
   *
   * @param stack The index of each sample's stack.
   */
  replacingStacks(stack: Uint32Array): SampleTable {
    return new SampleTable({ ...this, stack });
  }
}

/** One sample. */
export interface TableSample {
  /** The time, in nanoseconds of the recording's clock. */
  time: number;
  /** Index of the thread. */
  thread: number;
  /** Index of the stack. */
  stack: number;
  /** The amount that the sample stands for. */
  weight: number;
}

/** Gathers samples for a {@linkcode SampleTable}. */
export class SampleTableBuilder {
  #columns: SampleColumns;
  #length = 0;

  /** @param capacity The number of samples that are expected. */
  constructor(capacity = 0) {
    this.#columns = columnsOf(capacity);
  }

  /** The number of samples. */
  get length(): number {
    return this.#length;
  }

  /** Adds a sample; samples may come in any order. */
  add({ time, thread, stack, weight }: TableSample): void {
    if (this.#length === this.#columns.time.length) this.#grow();
    const at = this.#length++;
    this.#columns.time[at] = time;
    this.#columns.thread[at] = thread;
    this.#columns.stack[at] = stack;
    this.#columns.weight[at] = weight;
  }

  /** Returns the table in the order of time; samples of one time keep the order of their adding. */
  end(): SampleTable {
    const columns = sliced(this.#columns, this.#length);
    const order = orderByTime(columns.time);
    if (order === undefined) return new SampleTable(columns);
    const { time, thread, stack, weight } = columns;
    return new SampleTable({
      time: time.map((_, i) => time[order[i]!]!),
      thread: thread.map((_, i) => thread[order[i]!]!),
      stack: stack.map((_, i) => stack[order[i]!]!),
      weight: weight.map((_, i) => weight[order[i]!]!),
    });
  }

  #grow(): void {
    const old = this.#columns;
    this.#columns = columnsOf(Math.max(1024, 2 * old.time.length));
    this.#columns.time.set(old.time);
    this.#columns.thread.set(old.thread);
    this.#columns.stack.set(old.stack);
    this.#columns.weight.set(old.weight);
  }
}

function columnsOf(length: number): SampleColumns {
  return {
    time: new Float64Array(length),
    thread: new Uint32Array(length),
    stack: new Uint32Array(length),
    weight: new Float64Array(length),
  };
}

function sliced({ time, thread, stack, weight }: SampleColumns, length: number): SampleColumns {
  if (time.length === length) return { time, thread, stack, weight };
  return {
    time: time.slice(0, length),
    thread: thread.slice(0, length),
    stack: stack.slice(0, length),
    weight: weight.slice(0, length),
  };
}
