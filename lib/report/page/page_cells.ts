import type { Recording } from "../../recording/recording.ts";
import { numberColumn } from "./number_column.ts";
import type { PageCells, PageData, PageThread, PageTimeline } from "./page_data.ts";

/** Stretches of the timeline: as many as a wide screen has pixels. */
const MOST_STEPS = 2000;

/**
 * Counts samples by thread, stack and stretch of time, in the order of time.
 *
 * @param recording The samples, or where they have no times the stacks.
 * @param nodes The node of each stack.
 */
export function pageCells(
  recording: Recording,
  nodes: ArrayLike<number>,
): Pick<PageData, "cells" | "threads" | "timeline"> {
  return recording.samples.length > 0 ? timedCells(recording, nodes) : stackCells(recording, nodes);
}

function timedCells(
  { samples, threads }: Recording,
  nodes: ArrayLike<number>,
): { cells: PageCells; threads: PageThread[]; timeline: PageTimeline } {
  const { time, thread, stack, weight, length } = samples;
  const start = time[0]!;
  const steps = Math.min(MOST_STEPS, length);
  const step = Math.max(1, (time[length - 1]! - start) / steps);
  const cells = new CellList(length);
  const end: number[] = [];
  let known = new Map<number, number>();
  for (let i = 0; i < length; i++) {
    const at = Math.min(steps - 1, Math.floor((time[i]! - start) / step));
    while (end.length < at) {
      end.push(cells.length);
      known = new Map();
    }
    const key = stack[i]! * threads.length + thread[i]!;
    let cell = known.get(key);
    if (cell === undefined) known.set(key, cell = cells.add(nodes[stack[i]!]!, thread[i]!));
    cells.count(cell, { weight: weight[i]!, samples: 1 });
  }
  while (end.length < steps) end.push(cells.length);
  return {
    cells: cells.columns(),
    threads: threads.map(({ pid, tid, name }) => ({ name, pid, tid })),
    timeline: { step, end: numberColumn(end) },
  };
}

/** Options of {@linkcode stackCells}. */
export interface StackCellOptions {
  /** @default {[]} */
  threads?: PageThread[];
  /** The name of a thread, by its label. @default {the label} */
  nameOf?: (thread: string) => string;
}

/**
 * Counts stacks, for recordings whose samples have no times, and for comparisons: two recordings have
 * no time in common.
 *
 * @param recording The stacks.
 * @param nodes The node of each stack.
 * @param options Threads that are known already, to which new ones are added; the names of threads.
 */
export function stackCells(
  { stacks }: Pick<Recording, "stacks">,
  nodes: ArrayLike<number>,
  { threads = [], nameOf = (thread) => thread }: StackCellOptions = {},
): { cells: PageCells; threads: PageThread[] } {
  const ids = new Map(threads.map(({ name }, id) => [name, id]));
  const cells = new CellList(stacks.length);
  stacks.forEach(({ thread, weight, samples }, i) => {
    const name = nameOf(thread);
    let id = ids.get(name);
    if (id === undefined) ids.set(name, id = threads.push({ name }) - 1);
    cells.count(cells.add(nodes[i]!, id), { weight, samples });
  });
  return { cells: cells.columns(), threads };
}

/** Cells that are being counted. */
class CellList {
  /** The number of cells. */
  length = 0;
  readonly #node: Uint32Array;
  readonly #thread: Uint32Array;
  readonly #weight: Float64Array;
  readonly #samples: Uint32Array;

  /** @param capacity The most cells that there can be. */
  constructor(capacity: number) {
    this.#node = new Uint32Array(capacity);
    this.#thread = new Uint32Array(capacity);
    this.#weight = new Float64Array(capacity);
    this.#samples = new Uint32Array(capacity);
  }

  /** Adds a cell without samples; returns its index. */
  add(node: number, thread: number): number {
    const cell = this.length++;
    this.#node[cell] = node;
    this.#thread[cell] = thread;
    return cell;
  }

  /** Adds samples to a cell. */
  count(cell: number, { weight, samples }: { weight: number; samples: number }): void {
    this.#weight[cell]! += weight;
    this.#samples[cell]! += samples;
  }

  columns(): PageCells {
    const { length } = this;
    return {
      node: numberColumn(this.#node.subarray(0, length)),
      thread: numberColumn(this.#thread.subarray(0, length)),
      weight: numberColumn(this.#weight.subarray(0, length)),
      samples: numberColumn(this.#samples.subarray(0, length)),
    };
  }
}
