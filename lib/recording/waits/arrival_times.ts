import { groupedBy } from "../../base/grouped_by.ts";
import { estimatedTimes } from "./censored_times.ts";
import type { Wait } from "./wait.ts";

/** Bounds of the time at which an answer arrived. */
export interface ArrivalBounds {
  wait: Wait;
  /** The last time at which it had not arrived. */
  earliest: number;
}

/**
 * Estimates when the answers arrived that awaits waited for, and sets the times from which on their
 * functions could go on. The event loop takes answers at the start of its turns only. So a busy loop
 * tells two bounds: the answer was not there at the start of a turn, and it was at that of the next one.
 * Awaits of one stack are taken to wait for times of one distribution.
 */
export function estimateArrivals(bounds: readonly ArrivalBounds[]): void {
  const byStack = groupedBy(bounds, ({ wait }) => wait.stack);
  for (const same of byStack.values()) {
    if (same.every(({ wait: { settled }, earliest }) => earliest === settled)) continue;
    const times = same.map(({ wait: { start, settled, count }, earliest }) => ({
      least: earliest - start,
      most: settled! - start,
      count,
    }));
    for (const [i, time] of estimatedTimes(times).entries()) {
      const { wait } = same[i]!;
      wait.settled = wait.start + time;
    }
  }
}
