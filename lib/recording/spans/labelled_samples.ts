import type { Recording } from "../recording.ts";
import type { RecordedSpans, Span } from "../recorded_spans.ts";
import type { SpanLog } from "./span_log.ts";

/**
 * Finds the span of each sample: the one that the thread ran for at the sample's time.
 *
 * @param recording A recording whose clock is CLOCK_MONOTONIC.
 * @param log The spans of its program.
 */
export function labelledSamples(
  { samples, threads }: Pick<Recording, "samples" | "threads">,
  { runs, spans, measures, tid }: SpanLog,
): RecordedSpans {
  const ofSample = new Uint32Array(samples.length);
  const isMain = threads.map((thread) => thread.tid === tid);
  // Samples and runs are in the order of time.
  for (let i = 0, run = 0; i < samples.length && run < runs.span.length; i++) {
    const time = samples.time[i]!;
    while (run < runs.span.length && runs.end[run]! < time) run++;
    if (isMain[samples.thread[i]!] && run < runs.span.length && runs.start[run]! <= time) {
      ofSample[i] = runs.span[run]! + 1;
    }
  }
  return { spans, ofSample, measures, tid };
}

/**
 * Tells for each sample whether it belongs to one of some spans, or to a span in one of them.
 *
 * @param recording The recording.
 * @param chosen Indices of the spans.
 */
export function samplesOfSpans(
  recording: Pick<Recording, "samples" | "threads" | "spans">,
  chosen: ReadonlySet<number>,
): Uint8Array {
  const { spans, ofSample, measures } = recording.spans!;
  const isIn = spans.map((_, index) => [...withParents(spans, index)].some((at) => chosen.has(at)));
  const inMeasures = samplesInMeasures(recording, measures.filter((index) => chosen.has(index)));
  return inMeasures.map((isMeasured, i) => isMeasured | Number(isIn[ofSample[i]! - 1] ?? false));
}

/** The index of a span, and those of the spans that it is in, innermost first. */
export function* withParents(spans: readonly Span[], index: number): Generator<number> {
  for (let at: number | undefined = index; at !== undefined; at = spans[at]!.parent) yield at;
}

/** Tells for each sample whether it is of the thread of spans, in the time of one of some measures. */
function samplesInMeasures(
  { samples, threads, spans: recorded }: Pick<Recording, "samples" | "threads" | "spans">,
  measures: readonly number[],
): Uint8Array {
  const { spans, tid } = recorded!;
  const times = measures.map((index) => spans[index]!).sort((a, b) => a.start - b.start);
  const isIn = new Uint8Array(samples.length);
  // Samples are in the order of time, and so are the measures' starts.
  for (let i = 0, next = 0, end = -Infinity; times.length > 0 && i < samples.length; i++) {
    const time = samples.time[i]!;
    for (; next < times.length && times[next]!.start <= time; next++) {
      end = Math.max(end, times[next]!.end ?? Infinity);
    }
    if (time <= end && threads[samples.thread[i]!]!.tid === tid) isIn[i] = 1;
  }
  return isIn;
}
