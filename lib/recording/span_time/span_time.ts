import { isSameFunction, type Wait, WaitKind } from "../waits/wait.ts";
import type { Span } from "../recorded_spans.ts";

/**
 * What a span's time went to: its thread ran for it, it waited for an await, it could have gone on but
 * the thread ran other code, or none of these is known.
 */
export type SpanState = "running" | "waiting" | "ready" | "unexplained";

/** A stretch of a span's time. */
export interface SpanPiece {
  state: SpanState;
  start: number;
  end: number;
  /** Nanoseconds that count: less than its length where several awaits share the time. */
  weight: number;
  /** The await that waits, or that could go on. */
  wait?: Wait;
  /** Index of the innermost span. */
  span: number;
}

/** What happened during a span and the spans in it. */
export interface SpanEvents {
  /** Times in which the thread ran, in order, with the index of the span that it ran for. */
  runs: readonly { start: number; end: number; span: number }[];
  /** Awaits, with the index of their span. */
  waits: readonly { wait: Wait; span: number }[];
}

/**
 * Divides the time of a span, from its start to its end, so that the parts add up to it. Running goes
 * before all else; then a span is ready where one of its awaits could go on, and otherwise it waits
 * for its awaits. Awaits that do so at the same time share it.
 *
 * @param index The span's index.
 * @param span The span. It must have ended.
 * @param events What happened during it.
 */
export function* spanPieces(
  index: number,
  { start, end }: Span,
  { runs, waits }: SpanEvents,
): Generator<SpanPiece> {
  const changes: Change[] = [];
  const last = end!;
  const add = (from: number, to: number, change: Omit<Change, "time" | "enters">) => {
    const [begin, stop] = [Math.max(from, start), Math.min(to, last)];
    if (begin >= stop) return;
    changes.push({ time: begin, enters: true, ...change }, {
      time: stop,
      enters: false,
      ...change,
    });
  };
  for (const run of runs) add(run.start, run.end, { rank: Rank.RUNNING, subject: run });
  for (const one of waits) {
    const { wait } = one;
    const settled = wait.settled ?? (wait.end === undefined ? Infinity : wait.start);
    // Other awaits explain those for async functions and for Promise.all.
    const rank = wait.kind === WaitKind.LEAF ? Rank.LEAF : Rank.OTHERS;
    add(wait.start, settled, { rank, subject: one });
    if (wait.end !== undefined) add(settled, wait.end, { rank: Rank.READY, subject: one });
  }
  changes.sort((a, b) => a.time - b.time);
  const present = RANKS.map(() => new Set<Subject>());
  let time = start;
  for (const change of [...changes, { time: last, enters: false, rank: 0, subject: NO_SUBJECT }]) {
    if (change.time > time) {
      yield* divided(index, present, { start: time, end: change.time });
      time = change.time;
    }
    if (change.enters) present[change.rank]!.add(change.subject);
    else present[change.rank]!.delete(change.subject);
  }
}

/** From what goes before all else to what counts only where nothing else is known. */
const Rank = { RUNNING: 0, READY: 1, LEAF: 2, OTHERS: 3 } as const;

const RANKS: readonly SpanState[] = ["running", "ready", "waiting", "waiting"];

interface Subject {
  span: number;
  wait?: Wait;
}

const NO_SUBJECT: Subject = { span: 0 };

interface Change {
  time: number;
  enters: boolean;
  rank: number;
  subject: Subject;
}

function* divided(
  index: number,
  present: readonly ReadonlySet<Subject>[],
  { start, end }: { start: number; end: number },
): Generator<SpanPiece> {
  const piece = (state: SpanState, subjects: readonly Subject[]) =>
    subjects.map(({ span, wait }): SpanPiece => (
      { state, start, end, weight: (end - start) / subjects.length, span, wait }
    ));
  const running = present[Rank.RUNNING]!;
  if (running.size > 0) {
    yield* piece("running", [...running]);
    return;
  }
  const known = innermost([...present[Rank.READY]!, ...present[Rank.LEAF]!]);
  for (const rank of [Rank.READY, Rank.LEAF, Rank.OTHERS]) {
    const subjects = rank === Rank.OTHERS
      ? [...present[rank]!]
      : known.filter((subject) => present[rank]!.has(subject));
    if (subjects.length === 0) continue;
    yield* piece(RANKS[rank]!, subjects);
    return;
  }
  yield { state: "unexplained", start, end, weight: end - start, span: index };
}

/**
 * Leaves out awaits that wait for others of these: where a promise comes from `then()`, V8 does not tell
 * that an async function is behind it. But that function stands below the await in the chain of callers.
 */
function innermost(subjects: readonly Subject[]): readonly Subject[] {
  if (subjects.length < 2) return subjects;
  const stacks = new Set(subjects.map(({ wait }) => wait!.stack));
  if (stacks.size < 2) return subjects;
  const outer = new Set(
    [...stacks].filter((stack) => [...stacks].some((other) => isCalledBy(other, stack))),
  );
  return subjects.filter(({ wait }) => !outer.has(wait!.stack));
}

/** Whether a chain of async callers goes on from where another one ends. */
function isCalledBy(inner: Wait["stack"], outer: Wait["stack"]): boolean {
  return inner.length > outer.length &&
    outer.every((frame, i) => isSameFunction(frame, inner[i]!));
}
