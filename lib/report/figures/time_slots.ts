import type { Recording } from "../../recording/recording.ts";
import { recordingTotal } from "../../recording/recording.ts";
import type { SamplesByThread, ThreadSamples } from "./thread_samples.ts";

/** When each sample of a thread begins, and for how long it lasts, in nanoseconds. */
export interface TimeSlots {
  starts: Float64Array;
  durations: Float64Array;
}

/**
 * Lays the samples of a thread out in time, without overlaps. A sample stands for the time in front
 * of it, and lasts for exactly as long as it weighs. The sampler's timer is not exact, so a slot may
 * lie up to its own length too early. A longer gap stays empty: the thread was not running.
 *
 * @param samples All samples.
 * @param thread The thread.
 * @param scale Nanoseconds for each unit of weight.
 */
export function timeSlots(
  { table: { time, weight } }: Pick<SamplesByThread, "table">,
  { indices }: Pick<ThreadSamples, "indices">,
  scale: number,
): TimeSlots {
  const starts = new Float64Array(indices.length);
  const durations = new Float64Array(indices.length);
  let end = -Infinity;
  for (const [i, index] of indices.entries()) {
    const duration = weight[index]! * scale;
    const start = time[index]! - duration;
    starts[i] = start - end > duration ? start : end;
    durations[i] = duration;
    end = starts[i]! + duration;
  }
  return { starts, durations };
}

/**
 * Nanoseconds of a thread's time for each unit of weight. Where weights count events, an average
 * sample gets the time that passes between two samples: by the frequency that was asked for, or by
 * the median of the gaps.
 */
export function nanosecondsPerUnit(
  recording: Recording,
  { threads, table, hasTimes }: SamplesByThread,
): number {
  if (recording.unit === "nanoseconds") return 1;
  if (!hasTimes) return 1000;
  const { samples, weight } = recordingTotal(recording);
  const average = weight / samples || 1;
  if (recording.frequency !== undefined) return 1e9 / recording.frequency / average;
  const gaps = new Float64Array(table.length);
  let count = 0;
  for (const { indices } of threads) {
    for (let i = 1; i < indices.length; i++) {
      gaps[count++] = table.time[indices[i]!]! - table.time[indices[i - 1]!]!;
    }
  }
  const sorted = gaps.subarray(0, count).sort();
  return (sorted[count >> 1] || 1000) / average;
}
