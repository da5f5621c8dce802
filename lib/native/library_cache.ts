import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";

import { readVariable } from "../runtime/runtime.ts";

/**
 * Where a library from the network is kept: by its checksum, so that versions do not meet.
 *
 * @param name The file's name.
 * @param checksum Its SHA-256.
 * @returns `undefined` where neither XDG_CACHE_HOME nor HOME can be read.
 */
export function cachedLibraryPath(name: string, checksum: string): string | undefined {
  const home = readVariable("HOME");
  const cache = readVariable("XDG_CACHE_HOME") || (home && `${home}/.cache`);
  return cache ? `${cache}/x-perf/${checksum.slice(0, 32)}/${name}` : undefined;
}

/**
 * Puts a file in place so that whoever looks finds a whole one or none, whatever other processes do
 * at the same time and whenever this one ends.
 *
 * @param path Where; what was there is replaced, and who has it mapped keeps it.
 * @param bytes The content.
 */
export function placeFile(path: string, bytes: Uint8Array): void {
  mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${crypto.randomUUID()}`;
  try {
    writeFileSync(fresh, bytes, { flag: "wx", mode: 0o600 });
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
