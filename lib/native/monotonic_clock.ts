import process from "node:process";

import { loadNativeLibrary } from "./native_library.ts";
import { host, isGranted } from "../runtime/runtime.ts";

/** CLOCK_MONOTONIC, the clock that V8's log counts on and `perf record -k mono` uses. */
export interface MonotonicClock {
  /** The time in nanoseconds. Above 2^53, after 104 days, it is rounded to even numbers. */
  now(): number;
}

/**
 * Returns the clock, as this runtime can read it. Node's `hrtime` is CLOCK_MONOTONIC. Deno's own
 * clocks have other origins, so in Deno the C library reads it.
 *
 * Needs `--allow-ffi` in Deno. Never prompts.
 *
 * @returns The clock, or the reason why it cannot be read.
 */
export function monotonicClock(): MonotonicClock | { obstacle: string } {
  // uv_hrtime() is clock_gettime(CLOCK_MONOTONIC) on Linux.
  if (host.name === "node") return { now: () => Number(process.hrtime.bigint()) };
  if (!isGranted({ name: "ffi" })) return { obstacle: "it runs without --allow-ffi" };
  try {
    const library = loadNativeLibrary();
    return { now: () => Number(library.xp_clock()) };
  } catch (error) {
    return { obstacle: (error as Error).message };
  }
}
