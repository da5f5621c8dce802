/** Runs computations in slices, between which the browser draws and takes input. */
import { nextFrame } from "./next_frame.ts";
import type { Steps } from "./steps.ts";

/** Time after which the browser gets its turn, in milliseconds. */
const SLICE = 30;

/**
 * Computes in slices, the first one at once: what is small is done before this returns.
 *
 * @param steps The computation.
 * @param isWanted Whether its result is still wanted; is asked after each pause.
 * @returns Whether it was done; a promise where it takes more than a slice.
 */
export function runSteps(
  steps: Steps<unknown>,
  isWanted: () => boolean,
): boolean | Promise<boolean> {
  return runSlice(steps) || runSlices(steps, isWanted);
}

async function runSlices(steps: Steps<unknown>, isWanted: () => boolean): Promise<boolean> {
  do {
    await nextFrame();
    if (!isWanted()) return false;
  } while (!runSlice(steps));
  return true;
}

/** Computes for the time of a slice; returns whether all is done. */
function runSlice(steps: Steps<unknown>): boolean {
  const end = performance.now() + SLICE;
  do {
    if (steps.next().done) return true;
  } while (performance.now() < end);
  return false;
}
