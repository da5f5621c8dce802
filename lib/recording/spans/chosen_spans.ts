import type { Recording } from "../recording.ts";
import { SampleTableBuilder } from "../sample_table.ts";
import { StackTable } from "../stack_table.ts";
import { samplesOfSpans, withParents } from "./labelled_samples.ts";
import type { Span } from "../recorded_spans.ts";

/** The spans that a report is of. */
export interface SpanChoice {
  /** Their name. @default {all names} */
  name?: string;
  /** The share of the slowest among those of one name, from 0 to 1. @default {1} */
  slowest?: number;
}

/**
 * Finds spans.
 *
 * @param spans All spans.
 * @param choice Without a name, spans in other spans are left out.
 * @returns Their indices.
 */
export function chosenSpans(
  spans: readonly Span[],
  { name, slowest = 1 }: SpanChoice,
): Set<number> {
  const byName = new Map<string, number[]>();
  for (const [index, span] of spans.entries()) {
    if (name === undefined ? span.parent !== undefined : span.name !== name) continue;
    const same = byName.get(span.name);
    if (same === undefined) byName.set(span.name, [index]);
    else same.push(index);
  }
  const chosen = [...byName.values()].flatMap((same) => {
    if (slowest === 1) return same;
    const ended = same.filter((index) => spans[index]!.end !== undefined)
      .sort((a, b) => durationOf(spans[b]!) - durationOf(spans[a]!));
    return ended.slice(0, Math.ceil(slowest * ended.length));
  });
  return new Set(chosen);
}

/** The time from a span's start to its end, in nanoseconds. */
export function durationOf({ start, end = start }: Span): number {
  return end - start;
}

/** Returns a recording of only those samples that belong to some spans, with these spans. */
export function recordingOfSpans(recording: Recording, chosen: ReadonlySet<number>): Recording {
  const { samples, stacks: all } = recording;
  const { spans, measures, ofSample, tid } = recording.spans!;
  const isIn = samplesOfSpans(recording, chosen);
  const stacks = new StackTable();
  const table = new SampleTableBuilder();
  const kept = new KeptSpans(spans, chosen);
  const labels: number[] = [];
  const frames = new Map<number, (typeof all)[number]["frames"]>();
  for (let i = 0; i < samples.length; i++) {
    if (!isIn[i]) continue;
    const [index, weight] = [samples.stack[i]!, samples.weight[i]!];
    if (!frames.has(index)) frames.set(index, all[index]!.frames);
    const { thread, isCut } = all[index]!;
    const stack = stacks.add(thread, frames.get(index)!, { weight, isCut });
    table.add({ time: samples.time[i]!, thread: samples.thread[i]!, stack, weight });
    labels.push(kept.indexOf(ofSample[i]! - 1) + 1);
  }
  return {
    ...recording,
    samples: table.end(),
    stacks: stacks.stacks(),
    spans: {
      spans: kept.spans,
      ofSample: Uint32Array.from(labels),
      measures: measures.map((index) => kept.indexOf(index)).filter((index) => index >= 0),
      tid,
    },
  };
}

/** Some spans and all spans in them, with indices of their own. */
export class KeptSpans {
  readonly spans: readonly Span[];
  readonly #indices = new Map<number, number>();

  constructor(all: readonly Span[], chosen: ReadonlySet<number>) {
    for (const index of all.keys()) {
      const isIn = [...withParents(all, index)].some((at) => chosen.has(at));
      if (isIn) this.#indices.set(index, this.#indices.size);
    }
    this.spans = [...this.#indices.keys()].map((index) => {
      const { parent } = all[index]!;
      return {
        ...all[index]!,
        parent: parent === undefined ? undefined : this.#indices.get(parent),
      };
    });
  }

  /** The new index of a span; -1 where it was left out. */
  indexOf(index: number): number {
    return this.#indices.get(index) ?? -1;
  }
}
