import process from "node:process";

import { loadNativeLibrary } from "../../native/native_library.ts";
import { host, isGranted } from "../../runtime/runtime.ts";

/** CLOCK_MONOTONIC, the clock that V8's log counts on and `perf record -k mono` uses. */
export interface MonotonicClock {
  /** Nanoseconds; exact to two of them after 104 days. */
  now(): number;
}

/**
 * The clock, as this runtime can read it. Node's `hrtime` is that clock; Deno's own clocks start
 * anywhere, so there the C library is asked.
 *
 * Needs `--allow-ffi` in Deno. Never prompts.
 *
 * @returns The reason where it cannot be read.
 */
export function monotonicClock(): MonotonicClock | { obstacle: string } {
  // uv_hrtime() is clock_gettime(CLOCK_MONOTONIC) on Linux.
  if (host.name === "node") return { now: () => Number(process.hrtime.bigint()) };
  if (!isGranted({ name: "ffi" })) return { obstacle: "the command runs without --allow-ffi" };
  try {
    const library = loadNativeLibrary();
    return { now: () => Number(library.xp_clock()) };
  } catch (error) {
    return { obstacle: (error as Error).message };
  }
}
