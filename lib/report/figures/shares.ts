import { type Frame, isApp } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";

/** Time of a function, a line or a file, in the recording's unit. */
export interface Share {
  /**
   * Time in it, and in code without a source that it called: builtins, the runtime, native libraries.
   * V8's own sampler counts so, too.
   */
  self: number;
  /** Time in it and in all that it called; recursion counts once. */
  total: number;
}

/** Share of one function. */
export interface FunctionShare extends Share {
  name: string;
  file: string;
  /** Where the function begins, counted from 1. */
  line?: number;
  kind: Frame["kind"];
}

/** Share of one line. */
export interface LineShare extends Share {
  file: string;
  /** Counted from 1. */
  line: number;
  /** Self time by function: more than one, where several functions stand on the line. */
  functions: Map<string, number>;
}

/** Shares of a recording's functions and lines, and of all its time. */
export interface Shares {
  /** All time of the recording. */
  total: number;
  /** Time in functions with a source, and in what they called. */
  app: number;
  /** From the most self time to the least. */
  functions: FunctionShare[];
  /** From the most self time to the least; only lines that frames have positions on. */
  lines: LineShare[];
}

/** Options of {@linkcode sharesOf}. */
export interface SharesOptions {
  /** Selects the frames that count as functions. @default {those of the program and of its packages} */
  counts?(frame: Frame): boolean;
}

/**
 * Counts the time of each function and each line.
 *
 * @param recording What was recorded.
 */
export function sharesOf(
  { stacks }: Pick<Recording, "stacks">,
  { counts = isApp }: SharesOptions = {},
): Shares {
  const functions = new Map<string, FunctionShare>();
  const lines = new Map<string, LineShare>();
  // Equal frames are one object, so its shares are looked up once.
  const known = new Map<Frame, { fn: FunctionShare; line: LineShare | undefined }>();
  const entryOf = (frame: Frame) => {
    let entry = known.get(frame);
    if (entry === undefined) {
      entry = { fn: functionShare(functions, frame), line: lineShare(lines, frame) };
      known.set(frame, entry);
    }
    return entry;
  };
  let [total, app] = [0, 0];
  for (const { frames, weight } of stacks) {
    total += weight;
    const seen = new Set<Share>();
    let innermost: ReturnType<typeof entryOf> | undefined;
    for (const frame of frames) {
      if (frame.file === undefined || !counts(frame)) continue;
      innermost = entryOf(frame);
      seen.add(innermost.fn);
      if (innermost.line !== undefined) seen.add(innermost.line);
    }
    for (const share of seen) share.total += weight;
    if (innermost === undefined) continue;
    app += weight;
    const { fn, line } = innermost;
    fn.self += weight;
    if (line === undefined) continue;
    line.self += weight;
    line.functions.set(fn.name, (line.functions.get(fn.name) ?? 0) + weight);
  }
  return { total, app, functions: bySelf(functions), lines: bySelf(lines) };
}

function functionShare(all: Map<string, FunctionShare>, frame: Frame): FunctionShare {
  const { name, file = "", line, kind } = frame;
  const key = `${name}\0${file}\0${line ?? ""}`;
  const known = all.get(key);
  if (known !== undefined) return known;
  const share: FunctionShare = { name, file, line, kind, self: 0, total: 0 };
  all.set(key, share);
  return share;
}

function lineShare(all: Map<string, LineShare>, frame: Frame): LineShare | undefined {
  const { file = "", position } = frame;
  if (position === undefined) return undefined;
  const key = `${file}\0${position.line}`;
  const known = all.get(key);
  if (known !== undefined) return known;
  const share: LineShare = {
    file,
    line: position.line,
    self: 0,
    total: 0,
    functions: new Map(),
  };
  all.set(key, share);
  return share;
}

function bySelf<Entry extends Share>(entries: ReadonlyMap<string, Entry>): Entry[] {
  return [...entries.values()].sort((a, b) => b.self - a.self || b.total - a.total);
}
