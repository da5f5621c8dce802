/** Formats numbers for people. */

/** Formats a share as `75.93 %`, a difference with its sign. */
export function percent(share: number, { signed = false } = {}): string {
  const text = `${(100 * Math.abs(share)).toFixed(2)} %`;
  const sign = share < 0 ? "−" : signed ? "+" : "";
  return /^0\.00/.test(text) && signed ? "0.00 %" : sign + text;
}

/** Formats a whole number as `14 776`. */
export function whole(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

/** Formats a weight as processor time, `1.48 s`, or as a number of events. */
export function amount(weight: number, unit: "nanoseconds" | "events"): string {
  if (unit === "events") return whole(weight);
  for (const [size, name] of [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]] as const) {
    if (weight >= size) return `${threeDigits(weight / size)} ${name}`;
  }
  return `${Math.round(weight)} ns`;
}

/** `1.48`, `14.8`, `148`, `1 480`. */
function threeDigits(value: number): string {
  return value >= 99.95 ? whole(value) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
