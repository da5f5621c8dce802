import type { Recording } from "../../recording/recording.ts";

/**
 * An amount of time, memory or events as people read it: `1412 ms`, `0.3 ms`, `2.51 MB`, `2.51 G`.
 *
 * @param weight In the recording's unit.
 * @param unit The recording's unit.
 */
export function amountText(weight: number, unit: Recording["unit"]): string {
  if (unit === "nanoseconds") {
    const milliseconds = weight / 1e6;
    if (milliseconds === 0) return "0 ms";
    return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
  }
  const isBytes = unit === "bytes";
  for (const [size, letter] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]] as const) {
    if (weight >= size) return `${(weight / size).toFixed(2)} ${letter}${isBytes ? "B" : ""}`;
  }
  return `${weight.toFixed(0)}${isBytes ? " B" : ""}`;
}

/** A time as people read it: `812 µs`, `44.1 ms`, `2.15 s`. */
export function durationText(nanoseconds: number): string {
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toFixed(0)} µs`;
  if (nanoseconds < 1e9) return `${(nanoseconds / 1e6).toFixed(nanoseconds < 1e8 ? 1 : 0)} ms`;
  return `${(nanoseconds / 1e9).toFixed(2)} s`;
}

/** A share of all, from 0 to 1, in percent: `41.9 %`. */
export function percentText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
