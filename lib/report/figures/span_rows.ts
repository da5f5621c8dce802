import type { Recording } from "../../recording/recording.ts";
import { durationOf } from "../../recording/spans/chosen_spans.ts";
import { samplesOfSpans, withParents } from "../../recording/spans/labelled_samples.ts";
import type { Span } from "../../recording/recorded_spans.ts";

/** The spans of one name. Times are nanoseconds from their starts to their ends. */
export interface SpanRow {
  name: string;
  /** Those that ended. */
  count: number;
  median: number;
  /** 95 of 100 took no longer. */
  slow: number;
  longest: number;
  /** The weight of the samples in them and in spans in them, in the recording's unit. */
  weight: number;
}

/** The spans of a recording by name, those with the most samples first. */
export function spanRows(recording: Recording): SpanRow[] {
  const { spans: recorded } = recording;
  if (recorded === undefined) return [];
  const { spans } = recorded;
  const byName = indicesByName(spans.map((_, index) => index), spans);
  const weights = weightsByName(recording);
  const rows = [...byName].map(([name, indices]) => {
    const durations = indices.map((index) => spans[index]!)
      .filter(({ end }) => end !== undefined).map(durationOf).sort((a, b) => a - b);
    const at = (share: number) => durations[Math.ceil(share * durations.length) - 1] ?? 0;
    return {
      name,
      count: durations.length,
      median: at(0.5),
      slow: at(0.95),
      longest: at(1),
      weight: weights.get(name) ?? 0,
    };
  });
  return rows.sort((a, b) => b.weight - a.weight || b.median * b.count - a.median * a.count);
}

/** Groups spans by their names. */
function indicesByName(indices: readonly number[], spans: readonly Span[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const index of indices) {
    const { name } = spans[index]!;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [index]);
    else group.push(index);
  }
  return groups;
}

/** The weight of the samples in spans of each name. A sample counts once for a name. */
function weightsByName(recording: Recording): Map<string, number> {
  const { samples, spans: recorded } = recording;
  const { spans, ofSample, measures } = recorded!;
  const weights = new Map<string, number>();
  const add = (name: string, weight: number) =>
    weights.set(name, (weights.get(name) ?? 0) + weight);
  for (const [i, span] of ofSample.entries()) {
    if (span === 0) continue;
    const names = new Set([...withParents(spans, span - 1)].map((index) => spans[index]!.name));
    for (const name of names) add(name, samples.weight[i]!);
  }
  for (const [name, same] of indicesByName(measures, spans)) {
    const isIn = samplesOfSpans(recording, new Set(same));
    weights.set(name, 0);
    for (const [i, weight] of samples.weight.entries()) if (isIn[i]) add(name, weight);
  }
  return weights;
}
