import type { ClockMarker } from "../../v8_log/clock_file.ts";

/** Turns times of a recording into CLOCK_MONOTONIC and back; both in nanoseconds. */
export interface PerfClock {
  toMonotonic(time: number): number;
  fromMonotonic(time: number): number;
}

/**
 * Aligns perf's own clock with CLOCK_MONOTONIC. A recording without `-k mono` has times of a clock
 * that no program can read. The command maps a file as executable at known moments, and perf's
 * recording has its own times of these moments.
 *
 * @param markers The mappings with their times on CLOCK_MONOTONIC.
 * @param mapped The files that the recording saw mapped, with its own times.
 * @returns `undefined` where the recording saw none of them.
 */
export function fitClock(
  markers: readonly ClockMarker[],
  mapped: readonly { path: string; time: number }[],
): PerfClock | undefined {
  const pairs = markers.flatMap(({ path, before, after }) => {
    const seen = mapped.find((file) => file.path === path);
    return seen === undefined ? [] : [{ perf: seen.time, monotonic: (before + after) / 2 }];
  });
  const first = pairs.at(0);
  const last = pairs.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const elapsed = last.perf - first.perf;
  // Both clocks count nanoseconds, but one may run faster by some millionths.
  const rate = elapsed > 0 ? (last.monotonic - first.monotonic) / elapsed : 1;
  return {
    toMonotonic: (time) => first.monotonic + rate * (time - first.perf),
    fromMonotonic: (time) => first.perf + (time - first.monotonic) / rate,
  };
}
