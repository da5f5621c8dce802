import type { BackendName } from "./backend.ts";
import { jitdumpPath } from "./jitdump.ts";
import { libraryPath } from "./native_library.ts";
import { perfMapPath } from "./perf_map.ts";
import { type Permission, processId } from "./runtime.ts";

/** What the native library takes to be opened, and to call back; a callback wants all of ffi. */
export function libraryPermissions(): Permission[] {
  return [{ name: "ffi" }, { name: "read", path: libraryPath() }];
}

/** What turning trampolines on takes. */
export function neededPermissions(backend: BackendName): Permission[] {
  const path = backend === "perf" ? perfMapPath(processId()) : jitdumpPath(processId());
  const needed: Permission[] = [...libraryPermissions(), { name: "write", path }];
  // perf finds a jitdump by a mapping of its first page, and a mapping reads.
  return backend === "perf" ? needed : [...needed, { name: "read", path }];
}
