import { type ArrivalBounds, estimateArrivals } from "./arrival_times.ts";
import { readEntryLines } from "../entry_lines.ts";
import { type Wait, type WaitFrame, WaitKind } from "./wait.ts";

/** A chain of async callers, outermost first. */
export type WaitStackEntry = ["stack", id: number, ...frames: WaitFrame[]];

/** The numbers of one wait in an entry. */
export const WAIT_NUMBERS = 8;

/**
 * Waits, {@linkcode WAIT_NUMBERS} numbers each: the stack, the start, two bounds of
 * the time from which on the function could go on (-1 where it could from the start), the time at which
 * it went on (-1 where the program ended before), the number of awaits that this one stands for, a
 * {@linkcode WaitKind}, and the number of the span (0 where it is in none).
 */
export type WaitsEntry = ["waits", ...number[]];

/** A span in no other span whose awaits are recorded, and the number of spans that it stands for. */
export type FollowedSpanEntry = ["followed", span: number, count: number];

/** An entry of the file. */
export type WaitFileEntry = WaitStackEntry | WaitsEntry | FollowedSpanEntry;

/** The files that a program writes its waits into. */
export const WAIT_FILES = { kind: "waits", version: 2 } as const;

/** The waits of a program's main thread. */
export interface WaitLog {
  pid: number;
  tid: number;
  /** The start of the recording. */
  start: number;
  waits: Wait[];
  /** Spans in no other span whose awaits are recorded: how many spans each stands for, by number. */
  followed: ReadonlyMap<number, number>;
}

/**
 * Reads the waits of a program.
 *
 * @param text The file that it has written.
 * @throws {SyntaxError} If it is no such file, or has another version.
 */
export function readWaitLog(text: string): WaitLog {
  const { pid, tid, start, entries } = readEntryLines<WaitFileEntry>(text, WAIT_FILES);
  const stacks = new Map<number, WaitFrame[]>();
  const waits: Wait[] = [];
  const bounds: ArrivalBounds[] = [];
  const followed = new Map<number, number>();
  for (const entry of entries) {
    if (entry[0] === "followed") {
      followed.set(entry[1], entry[2]);
      continue;
    }
    if (entry[0] === "stack") {
      const [, id, ...frames] = entry;
      stacks.set(id, frames);
      continue;
    }
    const numbers = entry.slice(1) as number[];
    for (let i = 0; i + WAIT_NUMBERS <= numbers.length; i += WAIT_NUMBERS) {
      const [id, from, earliest, settled, end, count, kind, span] = numbers.slice(
        i,
        i + WAIT_NUMBERS,
      );
      const timeOf = (time: number) => time < 0 ? undefined : start + time;
      const wait: Wait = {
        stack: stacks.get(id!) ?? [],
        start: start + from!,
        settled: timeOf(settled!),
        end: timeOf(end!),
        count: count!,
        kind: kind as Wait["kind"],
        span: span!,
      };
      waits.push(wait);
      if (settled! >= 0 && kind === WaitKind.LEAF) {
        bounds.push({ wait, earliest: start + earliest! });
      }
    }
  }
  estimateArrivals(bounds);
  return { pid, tid, start, waits, followed };
}
