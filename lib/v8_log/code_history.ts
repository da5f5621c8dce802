import type { CodeFrame } from "./code_frame.ts";
import type { CodeRegistry } from "./code_registry.ts";
import { HOLE } from "./code_table.ts";
import { tierOf } from "./code_tag.ts";
import type { FrameResolver } from "./frame_resolver.ts";

/** Optimised code that V8 made of a function. */
export interface LoggedCompilations {
  /** The function. */
  frame: CodeFrame;
  /** The number of times that Maglev compiled it. */
  maglev: number;
  /** The number of times that TurboFan compiled it. */
  turbofan: number;
}

/** Equal deoptimisations of a function. */
export interface LoggedDeopt {
  /** The function whose code was left. */
  frame: CodeFrame;
  /** The function whose assumption was wrong: the same one, or one that V8 inlined into it. */
  at: CodeFrame;
  /** V8's name of the kind, such as `deopt-eager`. */
  kind: string;
  /** V8's reason, such as `wrong map`. */
  reason: string;
  /** Their number. */
  count: number;
}

/** The optimisations and deoptimisations of functions. */
export interface LoggedHistory {
  compilations: LoggedCompilations[];
  deopts: LoggedDeopt[];
}

/**
 * Collects the history of the functions that frames were made of. Other functions are left out,
 * because their names would have to be looked up.
 *
 * @param log The code that the log tells of.
 * @param resolver Made the frames.
 * @param span From when to when V8 deoptimised, in µs of the log. Code that was there at the start
 * counts too, so compilations count from the log's start on.
 */
export function historyOf(
  log: CodeRegistry,
  resolver: FrameResolver,
  { from, to }: { from: number; to: number },
): LoggedHistory {
  return {
    compilations: [...compilations(log, resolver, to)],
    deopts: [...deopts(log, resolver, { from, to })],
  };
}

function* compilations(
  { pieces }: CodeRegistry,
  resolver: FrameResolver,
  to: number,
): Generator<LoggedCompilations> {
  const counts = new Map<number, LoggedCompilations>();
  // Code that has moved has the `code-source-info` line of the code that it was made of.
  const seen = new Set<number>();
  for (let piece = 0; piece < pieces.length; piece++) {
    const fn = pieces.function[piece]!;
    const tier = fn === HOLE ? undefined : tierOf(pieces.tier[piece]!);
    if (tier !== "maglev" && tier !== "turbofan") continue;
    const info = pieces.infoLength[piece] === 0 ? undefined : pieces.infoOffset[piece]!;
    if (info !== undefined && seen.has(info)) continue;
    if (info !== undefined) seen.add(info);
    const time = pieces.time[piece]!;
    if (time > to || !resolver.hasResolved(fn)) continue;
    let count = counts.get(fn);
    if (count === undefined) {
      count = { frame: resolver.functionOf(fn), maglev: 0, turbofan: 0 };
      counts.set(fn, count);
    }
    count[tier]++;
  }
  yield* counts.values();
}

function* deopts(
  { pieces, deopts }: CodeRegistry,
  resolver: FrameResolver,
  { from, to }: { from: number; to: number },
): Generator<LoggedDeopt> {
  for (const { time, last, piece, inlined, position, kind, reason, count } of deopts.rows()) {
    const fn = pieces.function[piece]!;
    if (last < from || time > to || fn === HOLE || !resolver.hasResolved(fn)) continue;
    const at = resolver.framesOf(piece, { position, inlined })[0]!;
    yield { frame: resolver.functionOf(fn), at, kind, reason, count };
  }
}
