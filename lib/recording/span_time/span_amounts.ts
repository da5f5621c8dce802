import type { Span } from "../recorded_spans.ts";
import type { Wait } from "../waits/wait.ts";
import type { BusyThread } from "./busy_thread.ts";
import type { FollowedSpan } from "./span_events.ts";
import { spanPieces, type SpanState } from "./span_time.ts";

/** The time that a span was in one state, with one await, and the samples of that time. */
export interface SpanAmount {
  state: SpanState;
  /** Index of the innermost span. */
  span: number;
  /** The chain of async callers that waits or could go on. */
  stack: Wait["stack"] | undefined;
  /** Nanoseconds. */
  time: number;
  /** The weight of the thread's samples in that time, by their stack. */
  samples: Map<number, number>;
}

/**
 * Adds up the time of a span by state and await.
 *
 * @param followed The span with what happened during it.
 * @param spans All spans.
 * @param thread The samples of its thread.
 */
export function spanAmounts(
  { index, count, events }: FollowedSpan,
  spans: readonly Span[],
  thread: BusyThread,
): SpanAmount[] {
  const amounts = new Map<string, SpanAmount>();
  const numbers = new Map<Wait["stack"], number>();
  const numberOf = (stack: Wait["stack"] | undefined) => {
    if (stack === undefined) return -1;
    if (!numbers.has(stack)) numbers.set(stack, numbers.size);
    return numbers.get(stack);
  };
  for (
    const { state, span, wait, start, end, weight } of spanPieces(index, spans[index]!, events)
  ) {
    const key = `${state} ${span} ${numberOf(wait?.stack)}`;
    let amount = amounts.get(key);
    if (amount === undefined) {
      amount = { state, span, stack: wait?.stack, time: 0, samples: new Map() };
      amounts.set(key, amount);
    }
    amount.time += count * weight;
    if (state !== "running" && state !== "ready") continue;
    const { samples } = amount;
    const share = count * weight / (end - start);
    thread.forEachIn(start, end, (stack, sampled) => {
      samples.set(stack, (samples.get(stack) ?? 0) + share * sampled);
    });
  }
  return [...amounts.values()];
}
