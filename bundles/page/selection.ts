/** The part of a recording that is shown: threads, a stretch of time, kinds of code. */
import type { FrameKind } from "../../lib/recording/frame.ts";
import { PAGE_KINDS } from "../../lib/report/page/page_data.ts";
import type { Cells, Model } from "./model.ts";
import { isStep, type Steps } from "./steps.ts";

/** A choice of samples. */
export interface Choice {
  /** Whether samples of a thread, by its index, are shown. */
  hasThread: (thread: number) => boolean;
  /** The first stretch of time and the one behind the last; all where it is `undefined`. */
  range?: readonly [number, number];
}

/** Weight of each node, in the recording's unit. */
export interface Weights {
  /** Time of samples whose innermost frame it is. */
  self: Float64Array;
  /** Time of samples that have it. */
  total: Float64Array;
  samples: number;
}

/** The nodes' weight in the samples that were chosen. */
export function* weigh(
  model: Model,
  cells: Cells,
  { hasThread, range }: Choice,
): Steps<Weights> {
  const self = new Float64Array(model.depth.length);
  const [from, to] = cellsOf(model, cells, range);
  const shown = model.threads.map((_, thread) => hasThread(thread));
  let samples = 0;
  for (let cell = from; cell < to; cell++) {
    if (isStep(cell)) yield;
    if (!shown[cells.thread[cell]!]) continue;
    self[cells.node[cell]!]! += cells.weight[cell]!;
    samples += cells.samples[cell]!;
  }
  const total = self.slice();
  // Callees stand behind their callers, so each is complete before it is added.
  for (let node = total.length - 1; node > 0; node--) {
    if (isStep(node)) yield;
    total[model.parent[node]!]! += total[node]!;
  }
  return { self, total, samples };
}

/** The first cell of a stretch of time, and the one behind the last. */
export function cellsOf(
  { stepEnd }: Model,
  { length }: Pick<Cells, "length">,
  range: Choice["range"],
): [number, number] {
  if (range === undefined || stepEnd === undefined) return [0, length];
  const [first, behind] = range;
  return [first === 0 ? 0 : stepEnd[first - 1]!, stepEnd[behind - 1]!];
}

/** Whether a function counts, by its index. */
export type Counted = Uint8Array;

/** Kinds of functions that are a program's and its packages'. */
export const APP_KINDS: ReadonlySet<FrameKind> = new Set(["typescript", "npm"]);

/** The functions of kinds that are not hidden; with `isOwn` only those of the program and its packages. */
export function countedFunctions(
  { fnKind, fnFile }: Model,
  { hidden, isOwn = false }: { hidden: ReadonlySet<FrameKind>; isOwn?: boolean },
): Counted {
  const kinds = PAGE_KINDS.map((kind) => !hidden.has(kind) && (!isOwn || APP_KINDS.has(kind)));
  return Uint8Array.from(
    fnKind,
    (kind, fn) => Number(kinds[kind]! && (!isOwn || fnFile[fn]! > 0)),
  );
}

/**
 * The node that has each node's time: itself where its function counts, else the nearest caller whose
 * function does, or the thread.
 */
export function holders(model: Model, counted: Counted): Uint32Array {
  const { spot, spotFn, parent } = model;
  const holder = new Uint32Array(spot.length);
  for (let node = 1; node < spot.length; node++) {
    const isHeld = spot[node]! < spotFn.length && counted[spotFn[spot[node]!]!] === 0;
    holder[node] = isHeld ? holder[parent[node]!]! : node;
  }
  return holder;
}
