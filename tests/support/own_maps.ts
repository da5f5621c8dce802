/*
 * Perf maps lie in /tmp under the pid of their program, and a program that is killed leaves its own. A
 * later program can have the same pid.
 */

/** A command that runs another without a map of an earlier process of its pid. */
export function withoutStaleMap(command: readonly string[]): string[] {
  return ["sh", "-c", 'rm -f "/tmp/perf-$$.map"; exec "$@"', "sh", ...command];
}

/**
 * Removes the maps that name functions of a directory.
 *
 * @param directory A directory of this process's own, whose name no other has.
 * @param since When it was made, in milliseconds since 1970. Older maps are not read.
 */
export async function removeMapsOf(directory: string, since: number): Promise<void> {
  const sought = new TextEncoder().encode(directory);
  for await (const { name } of Deno.readDir("/tmp")) {
    if (!/^perf-\d+\.map$/.test(name)) continue;
    const path = `/tmp/${name}`;
    try {
      const { mtime } = await Deno.stat(path);
      if (mtime === null || mtime.getTime() < since) continue;
      if (contains(await Deno.readFile(path), sought)) await Deno.remove(path);
    } catch (error) {
      // Another test has removed it.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function contains(bytes: Uint8Array, sought: Uint8Array): boolean {
  for (let at = bytes.indexOf(sought[0]!); at >= 0; at = bytes.indexOf(sought[0]!, at + 1)) {
    if (sought.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}
