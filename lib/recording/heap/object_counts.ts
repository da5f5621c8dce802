/** Samples of one node of V8's sampled heap. */
export interface NodeSamples {
  /** Bytes of the node's own objects, as V8 estimates them. */
  bytes: number;
  /** For each sample the bytes that it stands for: its object's size times a whole number. */
  samples: readonly number[];
}

/** V8 aligns objects to so many bytes (v8/include/v8-internal.h, `kApiSystemPointerSize`). */
const ALIGNMENT = 8;

/** The most combinations of sizes that are tried for a node. */
const MOST_TRIES = 4096;

/**
 * Estimates the number of objects that samples stand for. The DevTools protocol gives bytes only, of
 * which sizes can be found: V8 multiplies a size by the rounded number of objects that one sample
 * stands for (v8/src/profiler/sampling-heap-profiler.cc, `ScaleSample`), and the node's sum by that
 * of all samples of a size. Mostly one size fits both. V8's optimising compiler allocates objects that
 * follow each other at once, and then they count as one.
 */
export class ObjectCounts {
  readonly #interval: number;
  readonly #sizes = new Map<number, readonly number[]>();

  /** @param interval Mean bytes between two samples. */
  constructor(interval: number) {
    this.#interval = interval;
  }

  /** The number of objects of a node. */
  of({ bytes, samples }: NodeSamples): number {
    const counts = new Map<number, number>();
    for (const sample of samples) counts.set(sample, (counts.get(sample) ?? 0) + 1);
    const groups = [...counts].map(([sample, count]) => ({ count, sizes: this.#sizesOf(sample) }));
    const fitting = this.#fitting(groups, bytes) ?? groups.map(({ sizes }) => sizes[0]!);
    return groups.reduce((sum, { count }, i) => sum + this.#scaled(fitting[i]!, count), 0);
  }

  /** The number of objects that some samples of a size stand for, as V8 rounds it. */
  #scaled(size: number, count: number): number {
    return Math.floor(count / (1 - Math.exp(-size / this.#interval)) + 0.5);
  }

  /** All sizes of an object whose sample stands for so many bytes, the smallest first. */
  #sizesOf(sample: number): readonly number[] {
    let sizes = this.#sizes.get(sample);
    if (sizes === undefined) {
      // A sample of several objects stands for about the interval, so an object is not larger.
      const most = Math.min(sample / 2, 2 * this.#interval);
      const found = divisorsOf(sample / ALIGNMENT).map((divisor) => divisor * ALIGNMENT)
        .filter((size) => size <= most && size * this.#scaled(size, 1) === sample);
      if (this.#scaled(sample, 1) === 1 || found.length === 0) found.push(sample);
      this.#sizes.set(sample, sizes = found);
    }
    return sizes;
  }

  /** The first combination of sizes whose bytes are the node's; `undefined` where none of the first is. */
  #fitting(
    groups: readonly { count: number; sizes: readonly number[] }[],
    bytes: number,
  ): number[] | undefined {
    const chosen = groups.map(() => 0);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const sizes = groups.map(({ sizes }, i) => sizes[chosen[i]!]!);
      const sum = sizes.reduce(
        (all, size, i) => all + size * this.#scaled(size, groups[i]!.count),
        0,
      );
      if (sum === bytes) return sizes;
      // Count on, as an odometer does.
      let at = 0;
      while (at < groups.length && ++chosen[at]! === groups[at]!.sizes.length) chosen[at++] = 0;
      if (at === groups.length) return undefined;
    }
    return undefined;
  }
}

/** All divisors of a whole number, ascending; none of another number. */
function divisorsOf(number: number): number[] {
  if (!Number.isInteger(number)) return [];
  const low: number[] = [];
  const high: number[] = [];
  for (let divisor = 1; divisor * divisor <= number; divisor++) {
    if (number % divisor !== 0) continue;
    low.push(divisor);
    if (divisor * divisor < number) high.unshift(number / divisor);
  }
  return [...low, ...high];
}
