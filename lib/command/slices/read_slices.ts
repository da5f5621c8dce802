import type { Recording } from "../../recording/recording.ts";
import type { Ending } from "../program/child.ts";
import { Progress } from "../progress.ts";
import { type ReadOptions, readRecordings } from "../report/recorded.ts";
import type { Slices } from "./slices.ts";

/** A slice that has been read. */
export interface ReadSlice {
  /** One recording for each event. */
  recordings: readonly Recording[];
  /** When perf finished it, in milliseconds since 1970. */
  finished: number;
}

/** Options of {@linkcode readSlices}. */
export interface SliceOptions extends ReadOptions {
  /** Has each slice read, when that can be. @default {at once} */
  prepare?: (read: () => Promise<void>) => Promise<void>;
  /** Is told of a slice that cannot be read; the next ones are. @default {the reading ends} */
  onError?: (error: Error) => void;
}

/**
 * Reads the slices of a `perf record` while it writes the next ones.
 *
 * @param recorder The ending of perf.
 * @param slices Its slices.
 * @param options How they are read.
 * @param take Is given each slice.
 * @returns How perf has ended, when its last slice has been read.
 */
export async function readSlices(
  recorder: Promise<Ending>,
  slices: Slices,
  { prepare, onError, ...options }: SliceOptions,
  take: (slice: ReadSlice) => void,
): Promise<Ending> {
  let isOver = false;
  const end = recorder.finally(() => {
    isOver = true;
    slices.lookNow();
  });
  // It is awaited below; until then a failure is no unhandled one.
  end.catch(() => {});
  const progress = new Progress({ isQuiet: true });
  for await (const { path, finished } of slices.finished(() => isOver)) {
    const read = async () => {
      take({ recordings: await readRecordings(path, progress, options), finished });
    };
    await (prepare === undefined ? read() : prepare(read)).catch((error) => {
      if (onError === undefined) throw error;
      onError(error);
    });
  }
  return await end;
}
