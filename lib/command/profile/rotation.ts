/*
 * Recordings of programs that run long: perf begins a new file from time to time, and keeps the last
 * ones. All files belong to one run, whose logs lie beside the name without perf's ending.
 */
import * as fs from "node:fs";
import { basename, dirname } from "node:path";

import { isRotatedOf } from "../../v8_log/rotated_name.ts";
import { type CommandLine, lastValue, usageError } from "../command_line.ts";

/** The rotation of a recording's files. */
export interface Rotation {
  /** When perf begins a new file, in perf's words: a time as `60s` or a size as `100M`. */
  every: string;
  /** The number of files that are kept; `undefined` for all. */
  keepLast: number | undefined;
}

/**
 * Reads `--rotate` and `--keep-last`.
 *
 * @returns `undefined` where the recording is one file.
 * @throws {RangeError} If a value is none that perf takes.
 * @throws {PerfError} With code `usage`, if `--keep-last` has nothing to keep.
 */
export function rotationOf(line: CommandLine): Rotation | undefined {
  const every = lastValue(line, "rotate");
  const kept = lastValue(line, "keep-last");
  if (every === undefined) {
    if (kept !== undefined) throw usageError("Cannot use --keep-last without --rotate");
    return undefined;
  }
  // tools/perf/builtin-record.c, switch_output_setup(): perf takes a bare number as bytes.
  if (!/^[1-9]\d{0,8}[smhdBKMG]$/.test(every)) {
    throw new RangeError(
      `Cannot rotate every "${every}": must be a time as 60s, 5m or 1h, or a size as 100M`,
    );
  }
  if (kept !== undefined && !/^[1-9]\d{0,5}$/.test(kept)) {
    throw new RangeError(`Cannot keep the last "${kept}" files: must be a whole number above 0`);
  }
  return { every, keepLast: kept === undefined ? undefined : Number(kept) };
}

/** The arguments by which `perf record` rotates its file. */
export function rotationArgs({ every, keepLast }: Rotation): string[] {
  const most = keepLast === undefined ? [] : [`--switch-max-files=${keepLast}`];
  return [`--switch-output=${every}`, ...most];
}

/**
 * The files that perf has made of a recording, the oldest first.
 *
 * @param output The recording's name, without perf's ending.
 */
export function rotatedFiles(output: string): string[] {
  const [directory, name] = [dirname(output), basename(output)];
  let names: string[];
  try {
    names = fs.readdirSync(directory);
  } catch {
    return [];
  }
  // The endings are times of one length, so their order is that of the files.
  return names.filter((other) => isRotatedOf(other, name)).sort()
    .map((other) => output.slice(0, output.length - name.length) + other);
}
