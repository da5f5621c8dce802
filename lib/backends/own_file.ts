import * as fs from "node:fs";

import { loadedNativeLibrary } from "../native/native_library.ts";
import { PerfError } from "../base/perf_error.ts";
import { isPermissionError, processStart, userId } from "../runtime/runtime.ts";

/**
 * Opens a file of this process, in a directory that everybody can write, to append to it.
 *
 * A name that is easy to guess can have been planted. So no symbolic link is
 * followed, no FIFO waited for, and what was opened must be a regular file of
 * this user without a second name. A file last written before this process
 * started belongs to an earlier process of the same pid, and is replaced.
 *
 * @param path Where; a new file gets mode 0600.
 * @param readable Whether the descriptor is for reading too, as a mapping needs. @default false
 * @returns The descriptor, closed on exec.
 * @throws {PerfError} If what stands there is not a file of ours, or cannot be opened.
 */
export function openOwnFile(path: string, { readable = false } = {}): number {
  const mode = readable ? fs.constants.O_RDWR : fs.constants.O_WRONLY;
  try {
    return openToday(path, mode) ?? open(path, mode | fs.constants.O_CREAT | fs.constants.O_EXCL);
  } catch (error) {
    // EEXIST: another thread of this process was faster.
    const winner = codeOf(error) === "EEXIST" ? openToday(path, mode) : undefined;
    if (winner !== undefined) return winner;
    throw explain(path, error);
  }
}

/** The file as this process left it, if it did; an earlier process's is removed. */
function openToday(path: string, mode: number): number | undefined {
  let descriptor: number;
  try {
    descriptor = open(path, mode);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  let isToday = false;
  try {
    const stats = fs.fstatSync(descriptor);
    const obstacle = !stats.isFile()
      ? "not a regular file"
      : !isOwn(stats)
      ? "another user's file"
      : stats.nlink !== 1
      ? "a file with a second name"
      : undefined;
    if (obstacle !== undefined) throw obstacleError(path, obstacle);
    isToday = stats.mtimeMs >= processStart();
  } finally {
    if (!isToday) fs.closeSync(descriptor);
  }
  if (isToday) return descriptor;
  fs.unlinkSync(path);
  return undefined;
}

function isOwn({ uid, mode }: fs.Stats): boolean {
  const user = loadedNativeLibrary()?.xp_user_id() ?? userId();
  // Where nobody tells: only root could have opened another user's file of the mode that ours have.
  return user === undefined ? (mode & 0o077) === 0 : uid === user;
}

function open(path: string, flags: number): number {
  const { O_APPEND, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  // O_NONBLOCK: opening a FIFO without a reader fails instead of waiting for one.
  return fs.openSync(path, O_APPEND | O_NOFOLLOW | O_NONBLOCK | flags, 0o600);
}

/** What stands at the path, by the error of opening it. */
const OBSTACLES: Readonly<Record<string, string>> = {
  ELOOP: "a symbolic link",
  ENXIO: "a FIFO",
  EISDIR: "a directory",
};

function explain(path: string, error: unknown): unknown {
  if (error instanceof PerfError || isPermissionError(error)) return error;
  const obstacle = OBSTACLES[codeOf(error) ?? ""];
  if (obstacle !== undefined) return obstacleError(path, obstacle, error);
  return new PerfError(
    `Cannot write "${path}": ${(error as Error).message}`,
    { code: "file", hint: `ls -ld ${path.slice(0, path.lastIndexOf("/")) || "/"}`, cause: error },
  );
}

function obstacleError(path: string, obstacle: string, cause?: unknown): PerfError {
  return new PerfError(
    `Cannot write "${path}": it is ${obstacle}, must be a regular file of this user or nothing`,
    { code: "file", hint: `ls -l ${path}`, cause },
  );
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code;
}
