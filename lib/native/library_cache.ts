import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";

import { readVariable } from "../runtime/runtime.ts";

/**
 * The path at which a library from the network is kept. It has the checksum in it, so versions do
 * not collide.
 *
 * @param name The file's name.
 * @param checksum Its SHA-256.
 * @returns `undefined` if neither XDG_CACHE_HOME nor HOME can be read.
 */
export function cachedLibraryPath(name: string, checksum: string): string | undefined {
  const home = readVariable("HOME");
  const cache = readVariable("XDG_CACHE_HOME") || (home && `${home}/.cache`);
  return cache ? `${cache}/x-perf/${checksum.slice(0, 32)}/${name}` : undefined;
}

/**
 * Puts a file in place by renaming it. Other processes find the whole file or none, even if several
 * write it at once or this one is killed.
 *
 * @param path Path of the file. An old file is replaced; processes that have mapped it keep it.
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
