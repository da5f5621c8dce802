/** Numbers as people read them. */
import type { PageData } from "../../lib/report/page/page_data.ts";

/** `75.9 %`, with a sign where it is a difference. */
export function percent(share: number, { signed = false } = {}): string {
  const text = `${(100 * Math.abs(share)).toFixed(1)} %`;
  if (text === "0.0 %") return text;
  return `${share < 0 ? "−" : signed ? "+" : ""}${text}`;
}

/** `14 776`. */
export function whole(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

/** Sizes of units of time and of memory, from the largest. */
const SIZES = {
  nanoseconds: [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]],
  bytes: [[1e9, "GB"], [1e6, "MB"], [1e3, "kB"]],
} as const;

/**
 * `1.48 s` of processor time, `1.48 MB` of memory, or a number of events; with a sign where it is a
 * difference.
 */
export function amount(
  weight: number,
  { unit, signed = false }: { unit: PageData["unit"]; signed?: boolean },
): string {
  const size = Math.abs(weight);
  const sign = Math.round(size) === 0 ? "" : weight < 0 ? "−" : signed ? "+" : "";
  if (unit === "events") return sign + whole(size);
  for (const [factor, name] of SIZES[unit]) {
    if (size >= factor) return `${sign}${threeDigits(size / factor)} ${name}`;
  }
  return `${sign}${Math.round(size)} ${unit === "bytes" ? "B" : "ns"}`;
}

/** A part of a whole; none of nothing. */
export function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

/** `1.48`, `14.8`, `148`, `1 480`. */
function threeDigits(value: number): string {
  return value >= 99.95 ? whole(value) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
