import type { V8LogWatch } from "./log_watch.ts";
import { releaseFront } from "./release_front.ts";

/** The most bytes of logs that `run` keeps. */
export const MOST_LOG_BYTES = 1 << 30;

/** The number of bytes at the end of each log that are never released. */
const KEPT_TAIL = 16 << 20;

/**
 * Gives the fronts of logs back to the file system, oldest logs first, until all logs fit a limit.
 * V8 goes on writing at the end. Offsets in a log stay valid, because the released front reads as
 * zeros.
 *
 * @param watch The watch over the logs.
 * @param options The limit and the tail in bytes, and the bytes of a log that its reader is done
 * with.
 * @returns The reason why logs cannot be cut, to be said once; `undefined` where they can.
 */
export function limitLogs(
  watch: V8LogWatch,
  { most = MOST_LOG_BYTES, tail = KEPT_TAIL, consumed = () => Infinity }: {
    most?: number;
    tail?: number;
    consumed?: (name: string) => number;
  } = {},
): string | undefined {
  let total = watch.logs.reduce((sum, { size, released }) => sum + size - released, 0);
  for (const { name, path, size, released } of watch.logs) {
    if (total <= most) return undefined;
    const wanted = Math.min(total - most + tail, size - tail - released, consumed(name) - released);
    const result = releaseFront(path, { from: released, to: released + wanted });
    if ("reason" in result) {
      return `V8's logs grow beyond ${
        most >> 20
      } MiB: they cannot be cut with fallocate (${result.reason})`;
    }
    watch.noteReleased(name, result.released);
    total -= result.released - released;
  }
  return undefined;
}
