import type { Stats } from "node:fs";

import * as fs from "../base/file_system.ts";
import { loadedNativeLibrary } from "../native/native_library.ts";
import { PerfError } from "../base/perf_error.ts";
import { isPermissionError, processStart, userId } from "../runtime/runtime.ts";

/**
 * Opens a file of this process for appending, in a directory that every user can write to.
 *
 * The name is easy to guess, so another user may have planted something there. So no symbolic link
 * is followed, no FIFO is waited for, and the opened file must be a regular file of this user
 * without a second name. A file last written before this process started belongs to an earlier
 * process of the same pid, and is replaced.
 *
 * @param path Path of the file; a new file gets mode 0600.
 * @param readable Whether the descriptor can be read too, as a mapping needs. @default false
 * @returns The descriptor, closed on exec.
 * @throws {PerfError} If the path holds something else than a file of ours, or cannot be opened.
 */
export function openOwnFile(path: string, { readable = false } = {}): number {
  const mode = readable ? fs.constants.O_RDWR : fs.constants.O_WRONLY;
  try {
    return openIfWrittenByThisProcess(path, mode) ??
      open(path, mode | fs.constants.O_CREAT | fs.constants.O_EXCL);
  } catch (error) {
    // EEXIST: another thread of this process was faster.
    const winner = codeOf(error) === "EEXIST" ? openIfWrittenByThisProcess(path, mode) : undefined;
    if (winner !== undefined) return winner;
    throw explain(path, error);
  }
}

/**
 * Opens the file if it was last written after this process started. Removes it if it is older: then an
 * earlier process of the same number has left it. Throws if it is no plain file of this user's.
 */
function openIfWrittenByThisProcess(path: string, mode: number): number | undefined {
  let descriptor: number;
  try {
    descriptor = open(path, mode);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  let isFromThisProcess = false;
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
    isFromThisProcess = stats.mtimeMs >= processStart();
  } finally {
    if (!isFromThisProcess) fs.closeSync(descriptor);
  }
  if (isFromThisProcess) return descriptor;
  fs.unlinkSync(path);
  return undefined;
}

function isOwn({ uid, mode }: Stats): boolean {
  const user = loadedNativeLibrary()?.xp_user_id() ?? userId();
  // Without a known user, the mode decides: only root can open another user's file of mode 0600.
  return user === undefined ? (mode & 0o077) === 0 : uid === user;
}

function open(path: string, flags: number): number {
  const { O_APPEND, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  // O_NONBLOCK: opening a FIFO without a reader fails instead of waiting for one.
  return fs.openSync(path, O_APPEND | O_NOFOLLOW | O_NONBLOCK | flags, 0o600);
}

/** The obstacle at the path, by the error code of opening it. */
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
