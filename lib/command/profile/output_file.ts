import * as fs from "node:fs";

import { PerfError } from "../../base/perf_error.ts";
import { systemReason } from "../../base/system_reason.ts";
import { RECORDING_START } from "../../recording/recording_file.ts";
import { isPermissionError } from "../../runtime/runtime.ts";

/** The state of a file; a write changes it. */
export type FileState = string;

/** The beginnings of recordings: perf's (tools/perf/util/header.c), and our own. */
const BEGINNINGS: readonly string[] = ["PERFILE2", RECORDING_START];

/**
 * Refuses an output file that cannot be written, or that is not a recording: perf would move a
 * user's file away.
 *
 * @param path The path for the recording.
 * @returns The file's state before the recording.
 * @throws {PerfError} With code `file`.
 */
export function checkOutput(path: string): FileState {
  const existed = fileState(path) !== ABSENT;
  try {
    const kind = existed ? contentOf(path) : undefined;
    if (kind !== undefined) {
      throw new PerfError(
        `Cannot write "${path}": it is ${kind}, must be an earlier recording or nothing`,
        { code: "file", hint: "-o FILE names another" },
      );
    }
    fs.closeSync(fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_CREAT));
    if (!existed) fs.unlinkSync(path);
  } catch (cause) {
    if (cause instanceof PerfError || isPermissionError(cause)) throw cause;
    throw new PerfError(`Cannot write "${path}": ${systemReason(cause)}`, {
      code: "file",
      hint: "-o FILE names another place",
      cause,
    });
  }
  return fileState(path);
}

/** Returns the present state of a file. */
export function fileState(path: string): FileState {
  try {
    const { ino, size, mtimeMs } = fs.statSync(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return ABSENT;
  }
}

const ABSENT: FileState = "absent";

/** Describes content that must not be replaced; `undefined` for a recording or an empty file. */
function contentOf(path: string): string | undefined {
  const stats = fs.statSync(path);
  if (!stats.isFile()) return stats.isDirectory() ? "a directory" : "not a regular file";
  if (stats.size === 0) return undefined;
  const bytes = new Uint8Array(64);
  const file = fs.openSync(path, "r");
  try {
    fs.readSync(file, bytes);
  } finally {
    fs.closeSync(file);
  }
  const start = new TextDecoder().decode(bytes);
  return BEGINNINGS.some((beginning) => start.startsWith(beginning))
    ? undefined
    : "no recording of perf";
}
