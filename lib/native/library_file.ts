import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import checksums from "../../ffi/prebuilt/checksums.json" with { type: "json" };
import { cachedLibraryPath } from "./library_cache.ts";
import { downloadLibrary } from "./library_download.ts";
import { PerfError } from "../base/perf_error.ts";
import {
  isPermissionError,
  missingPermission,
  type Permission,
  type Platform,
  runtimePath,
} from "../runtime/runtime.ts";

/** The name of the prebuilt library for a platform. */
export function prebuiltName({ arch }: Platform): string {
  return `libxperf-${arch}.so`;
}

/** Permissions to open the library, beside the one for foreign functions. */
export function libraryFilePermissions(platform: Platform): Permission[] {
  const address = libraryAddress(platform);
  if (address.protocol === "file:") return [{ name: "read", path: fileURLToPath(address) }];
  const path = cachedLibraryPath(prebuiltName(platform), checksumOf(platform)!);
  if (path === undefined) return [{ name: "env", variable: "HOME" }];
  const directory = path.slice(0, path.lastIndexOf("/"));
  return [
    { name: "read", path: directory },
    { name: "write", path: directory },
    { name: "net", host: address.host },
  ];
}

/**
 * Finds the prebuilt library that belongs to this package, as a file. Any other file is refused.
 *
 * If this package was imported from the network, the library is fetched from there, and kept.
 *
 * @param platform The platform to run on.
 * @returns The path.
 * @throws {PerfError} If the library cannot be read or fetched, or has been altered.
 */
export function libraryFile(platform: Platform): string {
  const address = libraryAddress(platform);
  // The caller has checked that the platform has trampolines, so there is a library.
  const checksum = checksumOf(platform)!;
  if (address.protocol === "file:") {
    const { path, bytes } = readHereOrBesideProgram(fileURLToPath(address));
    verify(path, bytes, checksum);
    return path;
  }
  const path = cachedLibraryPath(prebuiltName(platform), checksum);
  if (path === undefined) {
    throw new PerfError(
      `Cannot keep the native library "${address.href}": neither XDG_CACHE_HOME nor HOME says where`,
      { code: "library", hint: "--allow-env=XDG_CACHE_HOME,HOME" },
    );
  }
  if (isKept(path, checksum)) return path;
  const missing = missingPermission(libraryFilePermissions(platform));
  if (missing !== undefined) {
    throw new PerfError(
      `Cannot get the native library "${address.href}": permission ${missing} is missing`,
      { code: "permission" },
    );
  }
  downloadLibrary({ address: address.href, path, checksum });
  return path;
}

function isKept(path: string, checksum: string): boolean {
  return existsSync(path) && sha256(read(path)) === checksum;
}

function libraryAddress(platform: Platform): URL {
  return new URL(`../../ffi/prebuilt/${prebuiltName(platform)}`, import.meta.url);
}

function checksumOf(platform: Platform): string | undefined {
  return (checksums as Record<string, { sha256: string }>)[prebuiltName(platform)]?.sha256;
}

/** Reads the library. A program compiled to one file may have it beside that file instead. */
function readHereOrBesideProgram(path: string): { path: string; bytes: Uint8Array } {
  try {
    return { path, bytes: read(path) };
  } catch (error) {
    const beside = pathBesideProgram(path.slice(path.lastIndexOf("/") + 1));
    if (beside === undefined) throw error;
    return { path: beside, bytes: read(beside) };
  }
}

function pathBesideProgram(name: string): string | undefined {
  try {
    const program = runtimePath();
    const path = `${program.slice(0, program.lastIndexOf("/"))}/${name}`;
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

function verify(path: string, bytes: Uint8Array, expected: string): void {
  const actual = sha256(bytes);
  if (actual === expected) return;
  throw new PerfError(`Cannot use "${path}": its SHA-256 is ${actual}, must be ${expected}`, {
    code: "library",
    hint: "deno task build:ffi",
  });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    if (isPermissionError(cause)) throw cause;
    throw new PerfError(`Cannot read "${path}": ${(cause as Error).message}`, {
      code: "library",
      hint: "deno task build:ffi",
      cause,
    });
  }
}
