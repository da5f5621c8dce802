/**
 * Adds up lost samples. Where an event has `PERF_FORMAT_LOST`, perf writes their number at the end
 * of the recording, and the kernel's records count the same samples again.
 *
 * @param lost The sum of `PERF_RECORD_LOST`.
 * @param lostSamples The sum of `PERF_RECORD_LOST_SAMPLES`.
 * @param countsTwice Whether an event has `PERF_FORMAT_LOST`.
 */
export function totalLost(lost: number, lostSamples: number, countsTwice: boolean): number {
  return countsTwice ? Math.max(lost, lostSamples) : lost + lostSamples;
}
