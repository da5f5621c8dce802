import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import checksums from "../ffi/prebuilt/checksums.json" with { type: "json" };
import { ABI_VERSION } from "../ffi/symbols.ts";
import type { NativeLibrary } from "./native_functions.ts";
import { PerfError } from "./perf_error.ts";
import {
  currentPlatform,
  host,
  isPermissionError,
  type Platform,
  trampolineObstacle,
} from "./runtime.ts";

let loaded: NativeLibrary | undefined;

/**
 * The C library, opened the first time it is asked for and kept until the
 * process ends: its code can stand on the stack at any time.
 *
 * Needs `--allow-ffi` and `--allow-read` of the library.
 *
 * @throws {PerfError} If the platform has none, or the file is missing, altered or of another ABI.
 */
export function loadNativeLibrary(): NativeLibrary {
  return loaded ??= open(currentPlatform());
}

/** The C library, if this thread has opened it. */
export function loadedNativeLibrary(): NativeLibrary | undefined {
  return loaded;
}

/** Where the library for this platform is: a path, or the address it is at where that is no file. */
export function libraryPath(): string {
  const location = libraryLocation(prebuiltName(currentPlatform()));
  return location.protocol === "file:" ? fileURLToPath(location) : location.href;
}

function libraryLocation(name: string): URL {
  return new URL(`../ffi/prebuilt/${name}`, import.meta.url);
}

/** The name of the prebuilt library for a platform. */
export function prebuiltName({ arch }: Platform): string {
  return `libxperf-${arch}.so`;
}

function open(platform: Platform): NativeLibrary {
  const obstacle = trampolineObstacle(platform);
  if (obstacle !== undefined) throw new PerfError(obstacle, { code: "unavailable" });
  const name = prebuiltName(platform);
  const location = libraryLocation(name);
  if (location.protocol !== "file:") {
    throw new PerfError(
      `perf trampoline not available from "${location.href}": the native library must be a local file`,
      { code: "library" },
    );
  }
  const path = fileURLToPath(location);
  verify(path, name);
  const library = host.openLibrary(path);
  const version = library.xp_abi_version();
  if (version !== ABI_VERSION) {
    throw new PerfError(
      `Cannot use "${path}": its ABI version is ${version}, must be ${ABI_VERSION}`,
      { code: "library", hint: "deno task build:ffi" },
    );
  }
  return library;
}

/** A library that is not the one this package was made with is never opened. */
function verify(path: string, name: string): void {
  const expected = (checksums as Record<string, string>)[name];
  const actual = createHash("sha256").update(read(path)).digest("hex");
  if (actual !== expected) {
    throw new PerfError(
      `Cannot use "${path}": its SHA-256 is ${actual}, must be ${expected}`,
      { code: "library", hint: "deno task build:ffi" },
    );
  }
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
