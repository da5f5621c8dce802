import { spawnSync } from "node:child_process";

/** File systems release whole blocks; this is a multiple of their sizes. */
const BLOCK = 65_536;

/**
 * Gives bytes of a file back to the file system, which then reads as zeros there. Offsets stay valid,
 * and a process that writes at the end goes on. No runtime has fallocate(2), so util-linux's program
 * does it.
 *
 * @param path The file.
 * @param range The offsets of the first byte and of that behind the last.
 * @returns The offset up to which bytes are gone now, or the reason why none can be given back.
 */
export function releaseFront(
  path: string,
  { from, to }: { from: number; to: number },
): { released: number } | { reason: string } {
  const length = to - from - (to - from) % BLOCK;
  if (length <= 0) return { released: from };
  const { status, error, stderr } = spawnSync("fallocate", [
    ...["--punch-hole", "--keep-size"],
    ...["--offset", String(from), "--length", String(length), path],
  ], { encoding: "utf8" });
  if (status === 0) return { released: from + length };
  return { reason: error === undefined ? stderr.trim() : error.message };
}
