/**
 * Finds the order of times that are nearly in order, by merging the runs that are in order already.
 * Each time that perf empties the buffers, the recording gets one run for each processor.
 *
 * @param times The times.
 * @returns Indices, the earliest time first, equal times in their order; `undefined` where all are
 * in order.
 */
export function orderByTime(times: Float64Array): Uint32Array | undefined {
  let starts = runStarts(times);
  if (starts.length <= 2) return undefined;
  let from = Uint32Array.from(times, (_, i) => i);
  let to = new Uint32Array(times.length);
  // Starts end with the number of times, so there is one run less.
  while (starts.length > 2) {
    const merged: number[] = [];
    for (let i = 0; i + 1 < starts.length; i += 2) {
      const start = starts[i]!;
      const middle = starts[i + 1]!;
      const end = starts[i + 2] ?? middle;
      merged.push(start);
      let [left, right] = [start, middle];
      for (let at = start; at < end; at++) {
        const takesLeft = right >= end ||
          (left < middle && times[from[left]!]! <= times[from[right]!]!);
        to[at] = from[takesLeft ? left++ : right++]!;
      }
    }
    merged.push(times.length);
    starts = merged;
    [from, to] = [to, from];
  }
  return from;
}

/** Finds the starts of the runs that are in order, and the end of the last. */
function runStarts(times: Float64Array): number[] {
  const starts = [0];
  for (let i = 1; i < times.length; i++) {
    if (times[i]! < times[i - 1]!) starts.push(i);
  }
  starts.push(times.length);
  return starts;
}
