import { fileURLToPath } from "node:url";

import { libraryFile } from "../../lib/native/library_file.ts";
import { currentPlatform } from "../../lib/runtime/runtime.ts";
import { obstacleOfCommand } from "./needing.ts";

/** The reason why mount namespaces cannot be used; `undefined` if they can. */
export const namespaces: string | undefined = obstacleOfCommand("unshare", "--mount", "true");

/** This repository. */
const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Shell commands that mount another file system over /tmp, in a mount namespace of one's own. The
 * directories of the old one that the program needs stay at their places: its own, this repository, the
 * runtime and the runtime's cache, any of which can be in /tmp.
 *
 * @param options Options of the mount.
 * @param needed What else the program needs.
 */
export function overTmp(options: string, needed: readonly string[] = [root]): string {
  const runtime = Deno.execPath().slice(0, Deno.execPath().lastIndexOf("/"));
  const cache = Deno.env.get("DENO_DIR") ??
    `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;
  const kept = [...needed, runtime, cache].map((path) => `'${path.replace(/\/$/, "")}'`).join(" ");
  return `
D=$PWD
mkdir -p over && mount --make-rprivate / && mount -t tmpfs -o ${options} none over
for d in "$D" ${kept}; do
  case "$d" in /tmp/*) mkdir -p "over\${d#/tmp}" && mount --bind "$d" "over\${d#/tmp}";; esac
done
mount --rbind over /tmp
cd "$D"
`;
}

/**
 * Shell commands that have a program open the native library from its own directory, so that the
 * library neither needs space in /tmp nor has to be executable there.
 */
export function libraryBeside(): string {
  return `
export JS_PERF_LIBRARY=$PWD/libxperf.so
cp ${libraryFile(currentPlatform())} "$JS_PERF_LIBRARY"
`;
}
