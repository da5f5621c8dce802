import type { SpanEvents } from "./span_time.ts";
import type { Span } from "../recorded_spans.ts";
import type { SpanLog } from "../spans/span_log.ts";
import type { WaitLog } from "../waits/wait_log.ts";

/** An outermost span with all that happened during it. */
export interface FollowedSpan {
  /** The span's index. */
  index: number;
  /** The number of spans that it stands for. */
  count: number;
  events: SpanEvents;
}

/** The outermost spans that have ended and whose awaits were recorded. */
export function followedSpans(
  { spans, indices, runs }: SpanLog,
  { waits, followed }: Pick<WaitLog, "waits" | "followed">,
): FollowedSpan[] {
  const byRoot = new Map<number, { count: number; runs: Run[]; waits: SpanWait[] }>();
  for (const [id, count] of followed) {
    const index = indices.get(id);
    if (index === undefined || spans[index]!.end === undefined) continue;
    byRoot.set(index, { count, runs: [], waits: [] });
  }
  const roots = rootsOf(spans);
  for (let i = 0; i < runs.span.length; i++) {
    const span = runs.span[i]!;
    byRoot.get(roots[span]!)?.runs.push({ start: runs.start[i]!, end: runs.end[i]!, span });
  }
  for (const wait of waits) {
    const span = indices.get(wait.span);
    if (span !== undefined) byRoot.get(roots[span]!)?.waits.push({ wait, span });
  }
  return [...byRoot].map(([index, { count, ...events }]) => ({ index, count, events }));
}

type Run = SpanEvents["runs"][number];
type SpanWait = SpanEvents["waits"][number];

/** The index of the outermost span around each span. */
export function rootsOf(spans: readonly Span[]): Uint32Array {
  const roots = new Uint32Array(spans.length);
  for (const index of spans.keys()) {
    let at = index;
    while (spans[at]!.parent !== undefined) at = spans[at]!.parent!;
    roots[index] = at;
  }
  return roots;
}
