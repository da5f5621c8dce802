import { PerfError } from "../base/perf_error.ts";

/** An obstacle to writing a file, with its remedy. */
export interface WriteObstacle {
  /** The obstacle, as a clause: `the disk is full`. */
  what: string;
  /** A command that shows or removes the obstacle. */
  hint?: string;
}

/** By errno(3). */
const OBSTACLES: Readonly<Record<number, WriteObstacle>> = {
  27: { what: "the file would exceed the limit on file sizes", hint: "ulimit -f" }, // EFBIG
  28: { what: "the disk is full", hint: "df /tmp" }, // ENOSPC
  122: { what: "the user's disk quota is used up", hint: "df /tmp" }, // EDQUOT
};

/**
 * The error of a write that the C library reports as failed.
 *
 * @param path The file.
 * @param errno A number of errno(3).
 * @param more Meanings of numbers that are particular to this file.
 */
export function writeFailure(
  path: string,
  errno: number,
  more: Readonly<Record<number, WriteObstacle>> = {},
): PerfError {
  const { what, hint } = more[errno] ?? OBSTACLES[errno] ?? { what: `error ${errno}` };
  return new PerfError(`Cannot write "${path}": ${what}`, {
    code: "file",
    hint: hint ?? `ls -l ${path}`,
  });
}
