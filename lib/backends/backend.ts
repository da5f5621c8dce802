import type { CodeExtent } from "../base/machine_code.ts";
import type { SourcePosition } from "../base/symbol_name.ts";

/** How names reach `perf`. */
export type BackendName = "perf" | "perf_jit";

/** All backends. */
export const BACKEND_NAMES: readonly BackendName[] = ["perf", "perf_jit"];

/** A piece of machine code that has a name. */
export interface CodeRegion extends CodeExtent {
  /** What `perf` shows for it. */
  name: string;
  /** Where its source begins; the line may lack. */
  source?: Partial<SourcePosition>;
}

/** Tells `perf` the names of code regions. */
export interface Backend {
  /** Which one this is. */
  readonly name: BackendName;
  /** Bytes behind the code of a region that no other region may take. */
  readonly padding: number;
  /**
   * Makes a region known. Regions of one process never overlap.
   *
   * @throws {PerfError} If it cannot be written.
   */
  declare(region: CodeRegion): void;
  /** Called when there can be new code around the trampolines, and when these go off. */
  flush?(): void;
}
