import type { CodeExtent } from "../base/machine_code.ts";
import type { SourcePosition } from "../base/symbol_name.ts";

/** The way names reach `perf`: `perf` is a perf map, `perf_jit` a jitdump. */
export type BackendName = "perf" | "perf_jit";

/** All backends. */
export const BACKEND_NAMES: readonly BackendName[] = ["perf", "perf_jit"];

/** A piece of machine code that has a name. */
export interface CodeRegion extends CodeExtent {
  /** The name that `perf` shows. */
  name: string;
  /** The position of its source; the line may be missing. */
  source?: Partial<SourcePosition>;
}

/** Tells `perf` the names of code regions. */
export interface Backend {
  /** This backend's name. */
  readonly name: BackendName;
  /** Bytes behind a region's code that must not belong to another region. */
  readonly padding: number;
  /**
   * Makes a region known. Regions of one process never overlap.
   *
   * @throws {PerfError} If it cannot be written.
   */
  declare(region: CodeRegion): void;
  /** Called now and then while trampolines run. */
  look?(): void;
  /**
   * Called when there may be new code around the trampolines, and when trampolines are turned off.
   */
  flush?(): void;
}
