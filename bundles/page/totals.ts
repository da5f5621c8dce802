/** Time of functions, lines and calls: what the tables say. */
import { PAGE_KINDS } from "../../lib/report/page/page_data.ts";
import type { Model } from "./model.ts";
import type { Counted, Weights } from "./selection.ts";
import { isStep, type Steps } from "./steps.ts";

/** Self and total time by index. */
export interface Totals {
  /** Time in it, and in functions that do not count and that it called. */
  self: Float64Array;
  /** Time in it and in all that it called; recursion counts once. */
  total: Float64Array;
}

/** Time of each function. */
export function functionTotals(
  model: Model,
  weights: Weights,
  counted: Counted,
): Steps<Totals> {
  const { spot, spotFn } = model;
  return totalsBy(model, weights, {
    size: model.functions,
    idOf: (node) => {
      const fn = spotFn[spot[node]!];
      return fn === undefined || counted[fn] === 0 ? -1 : fn;
    },
  });
}

/** Lines that ran: of all functions together, or of each function. */
export interface Lines {
  /** Index of the file, by line. */
  file: number[];
  line: number[];
  /** A spot on the line. */
  spot: number[];
  /** The line's index, by spot; -1 where a spot has none. */
  ofSpot: Int32Array;
  /** The index of a line, without functions; `undefined` where nothing was seen on it. */
  idOf: (file: number, line: number) => number | undefined;
}

/**
 * Numbers all lines that ran.
 *
 * @param isByFunction Whether the lines of each function are their own: minified files have many
 * functions on a line.
 */
export function findLines({ spotFn, spotLine, fnFile }: Model, isByFunction = false): Lines {
  const ids = new Map<string, number>();
  const lines = { file: [] as number[], line: [] as number[], spot: [] as number[] };
  const ofSpot = Int32Array.from(spotFn, (fn, spot) => {
    const [file, line] = [fnFile[fn]! - 1, spotLine[spot]!];
    if (file < 0 || line === 0) return -1;
    const key = isByFunction ? `${fn} ${line}` : `${file}:${line}`;
    let id = ids.get(key);
    if (id === undefined) {
      ids.set(key, id = lines.file.push(file) - 1);
      lines.line.push(line);
      lines.spot.push(spot);
    }
    return id;
  });
  return { ...lines, ofSpot, idOf: (file, line) => ids.get(`${file}:${line}`) };
}

/** Time of each line, with code that does not count given to the line that called it. */
export function lineTotals(
  model: Model,
  weights: Weights,
  { lines, counted }: { lines: Lines; counted: Counted },
): Steps<Totals> {
  const { spot, spotFn } = model;
  return totalsBy(model, weights, {
    size: lines.file.length,
    // A function without lines keeps its own time.
    none: -2,
    idOf: (node) => {
      const place = spot[node]!;
      const fn = spotFn[place];
      if (fn === undefined || counted[fn] === 0) return -1;
      const line = lines.ofSpot[place]!;
      return line < 0 ? -2 : line;
    },
  });
}

/** Time of each spot itself: the tiers of a function, and the functions on a line. */
export function* spotTimes(
  model: Model,
  weights: Weights,
  counted: Counted,
): Steps<Float64Array> {
  const { spot, spotFn } = model;
  const { self } = yield* totalsBy(model, weights, {
    size: spotFn.length,
    idOf: (node) => {
      const fn = spotFn[spot[node]!];
      return fn === undefined || counted[fn] === 0 ? -1 : spot[node]!;
    },
  });
  return self;
}

/** Sums up; an id of -1 gives its time to the caller, one of `none` to nothing. */
function* totalsBy(
  { depth, parent, end }: Model,
  weights: Weights,
  { size, idOf, none = -2 }: { size: number; idOf: (node: number) => number; none?: number },
): Steps<Totals> {
  const totals = { self: new Float64Array(size), total: new Float64Array(size) };
  const holder = new Int32Array(depth.length).fill(none);
  // Within this subtree, an id has been counted already.
  const countedUntil = new Uint32Array(size);
  for (let node = 1, i = 0; node < depth.length; node++, i++) {
    if (isStep(i)) yield;
    if (weights.total[node] === 0) {
      node = end[node]! - 1;
      continue;
    }
    const id = idOf(node);
    const held = holder[node] = id === -1 ? holder[parent[node]!]! : id;
    if (held >= 0) totals.self[held]! += weights.self[node]!;
    if (id >= 0 && node >= countedUntil[id]!) {
      totals.total[id]! += weights.total[node]!;
      countedUntil[id] = end[node]!;
    }
  }
  return totals;
}

/** Time in functions that fit, with all that they called. */
export function* timeIn(
  { spot, spotFn, end, functions }: Model,
  { total }: Weights,
  isMeant: (fn: number) => boolean,
): Steps<number> {
  const isIn = Uint8Array.from({ length: functions }, (_, fn) => Number(isMeant(fn)));
  let sum = 0;
  for (let node = 1, i = 0; node < spot.length; node++, i++) {
    if (isStep(i)) yield;
    const fn = spotFn[spot[node]!];
    if (fn === undefined || isIn[fn] === 0) continue;
    sum += total[node]!;
    node = end[node]! - 1;
  }
  return sum;
}

/** Callers or callees by key, and the time of the calls. */
export type Calls = Map<number, number>;

/** Callers of a function, with the time in it on their behalf, and callees, with the time in them. */
export function* callsOf(
  model: Model,
  weights: Weights,
  { fn, holder }: { fn: number; holder: Uint32Array },
): Steps<{ callers: Calls; callees: Calls }> {
  const { depth, parent, end } = model;
  const callers: Calls = new Map();
  const callees: Calls = new Map();
  const calleeUntil = new Map<number, number>();
  let until = 0;
  for (let node = 1, i = 0; node < depth.length; node++, i++) {
    if (isStep(i)) yield;
    if (weights.total[node] === 0) {
      node = end[node]! - 1;
      continue;
    }
    if (holder[node] !== node) continue;
    const caller = holder[parent[node]!]!;
    const key = model.keyOf(node);
    if (key === fn && node >= until) {
      until = end[node]!;
      add(callers, caller === 0 ? model.rootKey : model.keyOf(caller), weights.total[node]!);
    }
    if (caller !== 0 && model.keyOf(caller) === fn && node >= (calleeUntil.get(key) ?? 0)) {
      calleeUntil.set(key, end[node]!);
      add(callees, key, weights.total[node]!);
    }
  }
  return { callers, callees };
}

function add(calls: Calls, key: number, weight: number): void {
  calls.set(key, (calls.get(key) ?? 0) + weight);
}

/** Time by the kind of the functions that hold it. */
export function* timesOfKinds(
  { spot, spotFn, fnKind }: Model,
  { self }: Weights,
  holder: Uint32Array,
): Steps<Float64Array> {
  const times = new Float64Array(PAGE_KINDS.length);
  for (let node = 1; node < self.length; node++) {
    if (isStep(node)) yield;
    const fn = spotFn[spot[holder[node]!]!];
    if (fn !== undefined) times[fnKind[fn]!]! += self[node]!;
  }
  return times;
}

/** Time of each kind in each stretch of time; what no function holds stands at the end. */
export function* timeByKind(
  model: Model,
  holder: Uint32Array,
  { hasThread, kinds }: { hasThread: (thread: number) => boolean; kinds: number },
): Steps<Float64Array[]> {
  const { stepEnd, cells, spot, spotFn, fnKind, threads } = model;
  const series = Array.from(
    { length: kinds + 1 },
    () => new Float64Array(stepEnd?.length ?? 0),
  );
  const shown = threads.map((_, thread) => hasThread(thread));
  let step = 0;
  for (let cell = 0; cell < cells.length; cell++) {
    if (isStep(cell)) yield;
    while (cell >= (stepEnd?.[step] ?? Infinity)) step++;
    if (!shown[cells.thread[cell]!]) continue;
    const fn = spotFn[spot[holder[cells.node[cell]!]!]!];
    series[fn === undefined ? kinds : fnKind[fn]!]![step]! += cells.weight[cell]!;
  }
  return series;
}
