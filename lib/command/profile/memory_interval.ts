import { SIZE_UNITS } from "../../perf/max_size.ts";

/** The least interval: V8 samples each object then, and smaller ones change nothing. */
const LEAST = 16;

/** The largest: V8 keeps it in 32 bits (sampling-heap-profiler.cc, `GetNextSampleInterval`). */
const LARGEST = 2 ** 30;

/**
 * Reads the value of `--interval`.
 *
 * @returns Bytes.
 * @throws {RangeError} If it is no size, or too small or too large.
 */
export function parseInterval(text: string): number {
  const [, digits, unit = "B"] = /^(\d+)([BKMG])?$/i.exec(text) ?? [];
  const bytes = Number(digits) * SIZE_UNITS[unit.toUpperCase()]!;
  if (bytes >= LEAST && bytes <= LARGEST) return bytes;
  throw new RangeError(
    `Cannot take a sample each "${text}": must be a size from ${LEAST}B to 1G, as 64K`,
  );
}
