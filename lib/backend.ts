/** How names reach `perf`. */
export type BackendName = "perf" | "perf_jit";

/** All backends. */
export const BACKEND_NAMES: readonly BackendName[] = ["perf", "perf_jit"];

/** A piece of machine code that has a name. */
export interface CodeRegion {
  /** Where it starts. */
  address: number | bigint;
  /** Bytes of code. */
  size: number;
  /** What `perf` shows for it. */
  name: string;
}

/** Tells `perf` the names of code regions. */
export interface Backend {
  /** Which one this is. */
  readonly name: BackendName;
  /**
   * Makes a region known. Regions of one process never overlap.
   *
   * @throws {PerfError} If it cannot be written.
   */
  declare(region: CodeRegion): void;
}
