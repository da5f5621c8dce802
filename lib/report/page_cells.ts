import type { Recording } from "../recording/recording.ts";
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
  const cells = new CellList();
  const end: number[] = [];
  let known = new Map<number, number>();
  for (let i = 0; i < length; i++) {
    const at = Math.min(steps - 1, Math.floor((time[i]! - start) / step));
    while (end.length < at) {
      end.push(cells.length);
      known = new Map();
    }
    const key = stack[i]! * threads.length + thread[i]!;
    const cell = known.get(key);
    if (cell === undefined) {
      known.set(key, cells.add(nodes[stack[i]!]!, thread[i]!, { weight: weight[i]!, samples: 1 }));
    } else cells.count(cell, { weight: weight[i]!, samples: 1 });
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
  const cells = new CellList();
  stacks.forEach(({ thread, weight, samples }, i) => {
    const name = nameOf(thread);
    let id = ids.get(name);
    if (id === undefined) ids.set(name, id = threads.push({ name }) - 1);
    cells.add(nodes[i]!, id, { weight, samples });
  });
  return { cells: cells.columns(), threads };
}

/** Cells that are being counted. */
class CellList {
  readonly #node: number[] = [];
  readonly #thread: number[] = [];
  readonly #weight: number[] = [];
  readonly #samples: number[] = [];

  get length(): number {
    return this.#node.length;
  }

  /** Adds a cell; returns its index. */
  add(node: number, thread: number, { weight, samples }: { weight: number; samples: number }) {
    this.#thread.push(thread);
    this.#weight.push(weight);
    this.#samples.push(samples);
    return this.#node.push(node) - 1;
  }

  /** Adds to a cell. */
  count(cell: number, { weight, samples }: { weight: number; samples: number }): void {
    this.#weight[cell]! += weight;
    this.#samples[cell]! += samples;
  }

  columns(): PageCells {
    return {
      node: numberColumn(this.#node),
      thread: numberColumn(this.#thread),
      weight: numberColumn(this.#weight),
      samples: numberColumn(this.#samples),
    };
  }
}
