/** A time of which two bounds are known. */
export interface CensoredTime {
  least: number;
  most: number;
  /** The number of times that it stands for. */
  count: number;
}

/** Bounds that cells lie between, at most. */
const MOST_CUTS = 512;

/** Steps of the estimation. Later ones change the means by less than a percent. */
const STEPS = 60;

/**
 * Estimates times of one kind that are known within bounds. They are assumed to have a distribution in
 * common, of any form, that does not depend on the bounds. The distribution that explains all bounds best
 * is found by expectation and maximisation (Turnbull, "The empirical distribution function with
 * arbitrarily grouped, censored and truncated data", 1976). Each estimate is the mean of that
 * distribution within the bounds.
 *
 * @param times The bounds.
 * @returns An estimate for each.
 */
export function estimatedTimes(times: readonly CensoredTime[]): number[] {
  const cuts = cutsOf(times);
  // Cells are in turn a bound itself, for times that are known, and what is between two bounds.
  const cells = Math.max(1, 2 * cuts.length - 1);
  const cellOf = (time: number) => {
    const cut = lastUpTo(cuts, time);
    return Math.min(cells - 1, 2 * cut + Number(cuts[cut] !== time));
  };
  const first = times.map(({ least }) => cellOf(least));
  const last = times.map(({ most }) => cellOf(most));
  const middles = Array.from(
    { length: cells },
    (_, cell) => (cuts[cell >> 1]! + cuts[(cell + 1) >> 1]!) / 2,
  );
  let shares = Float64Array.from({ length: cells }, () => 1 / cells);
  for (let step = 0; step < STEPS; step++) {
    const sums = prefixSums(shares);
    const added = new Float64Array(cells + 1);
    for (const [i, { count }] of times.entries()) {
      const within = sums[last[i]! + 1]! - sums[first[i]!]!;
      if (within <= 0) continue;
      added[first[i]!]! += count / within;
      added[last[i]! + 1]! -= count / within;
    }
    let [factor, total] = [0, 0];
    shares = shares.map((share, j) => {
      factor += added[j]!;
      const next = share * Math.max(0, factor);
      total += next;
      return next;
    });
    shares = shares.map((share) => share / (total || 1));
  }
  const sums = prefixSums(shares);
  const moments = prefixSums(shares.map((share, j) => share * middles[j]!));
  return times.map(({ least, most }, i) => {
    const within = sums[last[i]! + 1]! - sums[first[i]!]!;
    const mean = within <= 0
      ? (least + most) / 2
      : (moments[last[i]! + 1]! - moments[first[i]!]!) / within;
    return Math.min(most, Math.max(least, mean));
  });
}

/** The bounds between cells, in order. */
function cutsOf(times: readonly CensoredTime[]): number[] {
  const all = [...new Set(times.flatMap(({ least, most }) => [least, most]))].sort((a, b) => a - b);
  if (all.length <= MOST_CUTS) return all;
  const step = (all.length - 1) / MOST_CUTS;
  return Array.from({ length: MOST_CUTS + 1 }, (_, i) => all[Math.round(i * step)]!);
}

/** The index of the last cut that is no more than a time. */
function lastUpTo(cuts: readonly number[], time: number): number {
  let [low, high] = [0, cuts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (cuts[middle]! <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

function prefixSums(numbers: Float64Array): Float64Array {
  const sums = new Float64Array(numbers.length + 1);
  for (const [i, number] of numbers.entries()) sums[i + 1] = sums[i]! + number;
  return sums;
}
