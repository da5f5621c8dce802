import { ABI_VERSION } from "../../ffi/symbols.ts";
import { openByFfi } from "./ffi_library.ts";
import { libraryFile } from "./library_file.ts";
import { openByNodeApi } from "./napi_library.ts";
import type { NativeLibrary } from "./native_functions.ts";
import { PerfError } from "../base/perf_error.ts";
import {
  currentPlatform,
  isPermissionError,
  type Platform,
  readVariable,
  type RuntimeName,
  trampolineObstacle,
} from "../runtime/runtime.ts";
import type { VariableName } from "../base/environment.ts";

/** The environment variable that names a library of one's own. */
export const LIBRARY_VARIABLE: VariableName = "JS_PERF_LIBRARY";

/** Functions that open the C library, by runtime. */
const OPENERS: Readonly<Record<RuntimeName, (path: string) => NativeLibrary>> = {
  deno: openByFfi,
  node: openByNodeApi,
  bun: openByNodeApi,
};

let loaded: NativeLibrary | undefined;

/**
 * The C library, opened the first time it is asked for and kept until the
 * process ends: its code can stand on the stack at any time.
 *
 * Needs `--allow-ffi`, and `--allow-read` and `--allow-write` of /tmp. A library that
 * `JS_PERF_LIBRARY` names is the user's own.
 *
 * @throws {PerfError} If the platform has none, or it cannot be placed or opened, or is of another
 * ABI.
 */
export function loadNativeLibrary(): NativeLibrary {
  return loaded ??= open(currentPlatform());
}

/** The C library, if this thread has opened it. */
export function loadedNativeLibrary(): NativeLibrary | undefined {
  return loaded;
}

function open(platform: Platform): NativeLibrary {
  const obstacle = trampolineObstacle(platform);
  if (obstacle !== undefined) throw new PerfError(obstacle, { code: "unavailable" });
  const own = readVariable(LIBRARY_VARIABLE);
  const path = own || libraryFile(platform);
  const library = openFile(path, platform);
  const version = library.xp_abi_version();
  if (version !== ABI_VERSION) {
    throw new PerfError(
      `Cannot use "${path}": its ABI version is ${version}, must be ${ABI_VERSION}`,
      { code: "library", hint: own ? `unset ${LIBRARY_VARIABLE}` : "deno task build:ffi" },
    );
  }
  return library;
}

/**
 * Opens the library. The dynamic loader refuses it where the C library is not glibc, such as musl,
 * and where the file system of /tmp is mounted noexec.
 */
function openFile(path: string, { os, arch, runtime }: Platform): NativeLibrary {
  try {
    return OPENERS[runtime.name](path);
  } catch (cause) {
    if (isPermissionError(cause)) throw cause;
    // The loader may not execute files of that file system.
    const isNoExec = /failed to map segment/.test((cause as Error).message);
    throw new PerfError(
      `perf trampoline not available on ${os} ${arch}: "${path}" cannot be opened: ${
        (cause as Error).message
      }`,
      {
        code: "unavailable",
        hint: isNoExec
          ? `cp ${path} ~/libxperf.so; export ${LIBRARY_VARIABLE}=~/libxperf.so`
          : undefined,
        cause,
      },
    );
  }
}
