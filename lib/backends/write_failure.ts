import { PerfError } from "../base/perf_error.ts";

/** What stands in the way of writing a file, and what mends it. */
export interface WriteObstacle {
  /** As in "it is full". */
  what: string;
  /** A command. */
  hint?: string;
}

/** By errno(3). */
const OBSTACLES: Readonly<Record<number, WriteObstacle>> = {
  27: { what: "a file of this process must not be that large", hint: "ulimit -f" }, // EFBIG
  28: { what: "the disk is full", hint: "df /tmp" }, // ENOSPC
  122: { what: "the user's share of the disk is used up", hint: "df /tmp" }, // EDQUOT
};

/**
 * The error of a write that the C library reports as failed.
 *
 * @param path The file.
 * @param errno As errno(3) has it.
 * @param more What else that number can mean for this file.
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
