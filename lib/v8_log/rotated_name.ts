/**
 * The ending that perf gives to each file of a recording that it rotates: year, month, day, hour,
 * minute, second and hundredths (tools/perf/util/time-utils.c, fetch_current_timestamp()).
 */
const ENDING = /\.\d{16}$/;

/**
 * Returns the name of the recording that a rotated file is a part of: `perf.data` for
 * `perf.data.2026113014441385`; `undefined` for other files.
 */
export function recordingOfRotated(path: string): string | undefined {
  return ENDING.test(path) ? path.replace(ENDING, "") : undefined;
}

/** Whether a file is a part of a recording. */
export function isRotatedOf(file: string, recording: string): boolean {
  return recordingOfRotated(file) === recording;
}
