/*
 * The native library is carried in a module, so it comes to a program in the same way as the rest
 * of this package, and is verified and cached with it. The dynamic loader wants a file, and perf
 * looks up symbols and unwind information in that file afterwards. So the library is written to
 * /tmp once for each user and version, and stays there.
 */
import { Buffer } from "node:buffer";

import * as fs from "../base/file_system.ts";
import { LIBRARIES } from "../../ffi/libraries.ts";
import { PerfError } from "../base/perf_error.ts";
import {
  isPermissionError,
  missingPermission,
  type Permission,
  type Platform,
  userId,
} from "../runtime/runtime.ts";

/** The directory of the file. Perf maps and jitdumps have to be in it too. */
const DIRECTORY = "/tmp";

/** Permissions to place the library, beside the one for foreign functions. */
export const LIBRARY_FILE_PERMISSIONS: readonly Permission[] = [
  { name: "read", path: DIRECTORY },
  { name: "write", path: DIRECTORY },
];

/** The library for an architecture that has one. */
export function libraryBytes(arch: string): Uint8Array<ArrayBuffer> {
  return Buffer.from(LIBRARIES[arch]!.base64, "base64");
}

/**
 * Places the library that belongs to this package as a file that only this user can change.
 *
 * A file that stands there already is used if it is this user's, with this content. Other users can
 * write to /tmp, but in a sticky directory they cannot remove, rename or replace this user's files.
 * So the path that is returned names the file that was checked.
 *
 * @param platform The platform to run on; it must have trampolines.
 * @param directory The directory. @default {"/tmp"}
 * @returns The path.
 * @throws {PerfError} If the file cannot be placed, or others can replace files in the directory.
 */
export function libraryFile({ arch }: Platform, directory: string = DIRECTORY): string {
  // Checked first: Deno would prompt for each file, and the names of new ones are random.
  const missing = missingPermission(LIBRARY_FILE_PERMISSIONS);
  if (directory === DIRECTORY && missing !== undefined) {
    throw new PerfError(
      `Cannot place the native library in "${directory}": permission ${missing} is missing`,
      { code: "permission" },
    );
  }
  const bytes = libraryBytes(arch);
  try {
    const user = userId() ?? ownerOfNewFile(directory);
    requireSticky(directory);
    const version = LIBRARIES[arch]!.sha256.slice(0, 16);
    const path = `${directory}/libxperf-${arch}-${version}-${user}.so`;
    if (!isOwnCopy(path, bytes, user)) place(path, bytes);
    return path;
  } catch (cause) {
    if (cause instanceof PerfError || isPermissionError(cause)) throw cause;
    throw new PerfError(
      `Cannot place the native library in "${directory}": ${(cause as Error).message}`,
      { code: "library", hint: `ls -ld ${directory} ${directory}/libxperf-*`, cause },
    );
  }
}

/** Refuses a directory in which other users can replace this user's files. */
function requireSticky(directory: string): void {
  const { mode } = fs.lstatSync(directory);
  if ((mode & 0o1000) !== 0 || (mode & 0o022) === 0) return;
  throw new PerfError(
    `Cannot place the native library in "${directory}": others can replace files in it, ` +
      "it must have the sticky bit",
    { code: "library", hint: `chmod +t ${directory}` },
  );
}

/** The user id of this process, where asking for it takes a permission that is missing. */
function ownerOfNewFile(directory: string): number {
  const path = freshPath(directory);
  const descriptor = fs.openSync(path, "wx", 0o600);
  try {
    return fs.fstatSync(descriptor).uid;
  } finally {
    fs.closeSync(descriptor);
    fs.unlinkSync(path);
  }
}

/** Whether there is a file of this user, which others cannot write, with this content. */
function isOwnCopy(path: string, bytes: Uint8Array, user: number): boolean {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  let descriptor: number;
  try {
    // O_NONBLOCK: opening a FIFO without a writer succeeds instead of waiting for one.
    descriptor = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (isPermissionError(error)) throw error;
    return false;
  }
  try {
    const { uid, mode, size } = fs.fstatSync(descriptor);
    if (uid !== user || (mode & 0o170022) !== fs.constants.S_IFREG || size !== bytes.length) {
      return false;
    }
    return fs.readFileSync(descriptor).equals(bytes);
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * Puts the file in place by renaming it. Other processes find the whole file or none, even if
 * several place it at once or this one is killed. An old file is replaced; processes that have
 * mapped it keep it. A file of another user cannot be replaced.
 */
function place(path: string, bytes: Uint8Array): void {
  const directory = path.slice(0, path.lastIndexOf("/"));
  removeLeftovers(directory);
  const fresh = freshPath(directory);
  try {
    // Not writable: a write to a library ends the processes that have it mapped.
    fs.writeFileSync(fresh, bytes, { flag: "wx", mode: 0o400 });
    fs.renameSync(fresh, path);
  } catch (error) {
    fs.rmSync(fresh, { force: true });
    throw error;
  }
}

const FRESH = "libxperf-new.";

function freshPath(directory: string): string {
  return `${directory}/${FRESH}${crypto.randomUUID()}`;
}

/** Milliseconds after which a file that is not in place yet belongs to a process that was killed. */
const PATIENCE = 60_000;

function removeLeftovers(directory: string): void {
  for (const name of fs.readdirSync(directory)) {
    if (!name.startsWith(FRESH)) continue;
    const path = `${directory}/${name}`;
    try {
      if (Date.now() - fs.lstatSync(path).mtimeMs > PATIENCE) fs.unlinkSync(path);
    } catch {
      // It is another user's, or has been removed meanwhile.
    }
  }
}
