/** The kind of obstacle that a {@linkcode PerfError} reports. */
export type PerfErrorCode =
  /** The platform, architecture or C library has no trampolines. */
  | "unavailable"
  /** The native library is missing, altered or of another ABI. */
  | "library"
  /** A map or dump file cannot be written, or is not safe to write. */
  | "file"
  /** The runtime lacks a permission, and the user must not be prompted for it. */
  | "permission"
  /** The `perf` command is missing, too old, or may not record. */
  | "perf"
  /** The command line is wrong. */
  | "usage";

/** Options of {@linkcode PerfError}. */
export interface PerfErrorOptions {
  /** The kind of obstacle. */
  code: PerfErrorCode;
  /** A command, or one sentence, that mends it. */
  hint?: string;
  /** The error that was caught. */
  cause?: unknown;
}

/**
 * An obstacle outside the program: the platform, the native library, a file,
 * or the `perf` command.
 *
 * @example
 * ```ts
 * import { PerfError } from "@x/perf";
 * import { equal } from "node:assert/strict";
 *
 * const error = new PerfError("Cannot run perf: it is not installed", {
 *   code: "perf",
 *   hint: "apt-get install linux-perf",
 * });
 * equal(error.code, "perf");
 * equal(error.hint, "apt-get install linux-perf");
 * ```
 */
export class PerfError extends Error {
  /** Always `"PerfError"`. */
  override readonly name = "PerfError";
  /** The kind of obstacle. */
  readonly code: PerfErrorCode;
  /** A command, or one sentence, that mends it; `undefined` where nothing does. */
  readonly hint: string | undefined;

  /**
   * Describes an obstacle.
   *
   * @param message The failed attempt, what is, and what must be.
   * @param options The kind of obstacle, its remedy and its cause.
   */
  constructor(message: string, options: PerfErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.hint = options.hint;
  }
}
