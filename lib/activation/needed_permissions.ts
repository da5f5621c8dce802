import type { BackendName } from "../backends/backend.ts";
import { jitdumpPath } from "../backends/jitdump/jitdump.ts";
import { LIBRARY_FILE_PERMISSIONS } from "../native/library_file.ts";
import { LIBRARY_VARIABLE } from "../native/native_library.ts";
import { perfMapPath } from "../backends/perf_map/perf_map.ts";
import { PerfError } from "../base/perf_error.ts";
import { host, isGranted, type Permission, processId, readVariable } from "../runtime/runtime.ts";
import { asksForTrampolines, BACKEND_VARIABLES } from "./switches.ts";

/**
 * Permissions to open the native library. It calls back, and Deno wants all of ffi for callbacks.
 */
export function libraryPermissions(): Permission[] {
  const own = readVariable(LIBRARY_VARIABLE);
  return [{ name: "ffi" }, ...(own ? [] : LIBRARY_FILE_PERMISSIONS)];
}

/** Permissions to turn trampolines on. */
export function neededPermissions(backend: BackendName): Permission[] {
  const path = backend === "perf" ? perfMapPath(processId()) : jitdumpPath(processId());
  const needed: Permission[] = [...libraryPermissions(), { name: "write", path }];
  // perf finds a jitdump by a mapping of its first page, which needs a readable file.
  return backend === "perf" ? needed : [...needed, { name: "read", path }];
}

/**
 * Why the environment does not say whether trampolines are wanted: a variable that could turn them on must
 * not be read, and those that may be read do not.
 *
 * @returns `undefined` where it says so.
 */
export function unreadableSwitches(): PerfError | undefined {
  const unreadable = Object.values(BACKEND_VARIABLES)
    .filter((variable) => !isGranted({ name: "env", variable }));
  if (unreadable.length === 0 || asksForTrampolines(readVariable)) return undefined;
  return new PerfError(
    `Cannot read ${unreadable.join(" and ")}: permission --allow-env=${unreadable} is missing`,
    { code: "permission", hint: host.missingFlags([]).join(" ") },
  );
}
