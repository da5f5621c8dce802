import { NATIVE_MEMORY, nativeMemoryPage } from "../perf/native_memory.ts";
import type { Recording } from "./recording.ts";

/** An event as reports have it. */
export interface MeasuredEvent extends Pick<Recording, "event" | "unit"> {
  /** The amount in that unit that perf counts as one. */
  scale: number;
}

/**
 * Tells what perf has measured.
 *
 * @param name The event's name in perf's file.
 */
export function measuredEvent(name: string): MeasuredEvent {
  const page = nativeMemoryPage(name);
  if (page !== undefined) return { event: NATIVE_MEMORY, unit: "bytes", scale: page };
  const isClock = /^(?:cpu|task)-clock\b/.test(name);
  return { event: name, unit: isClock ? "nanoseconds" : "events", scale: 1 };
}
