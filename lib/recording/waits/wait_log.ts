import { readEntryLines } from "../entry_lines.ts";

/** A function in the chain of async callers: its name, file, and the line and column that it is at. */
export type WaitFrame = [name: string, file: string, line: number, column: number];

/** A chain of async callers, outermost first. */
export type WaitStackEntry = ["stack", id: number, ...frames: WaitFrame[]];

/** The numbers of one wait in an entry. */
export const WAIT_NUMBERS = 6;

/**
 * Waits, {@linkcode WAIT_NUMBERS} numbers each: the stack, the start, the time at which the promise
 * was settled (-1 where it was settled before), the time at which the function went on (-1 where the
 * program ended before), the number of awaits that this one stands for, and a {@linkcode WaitKind}.
 */
export type WaitsEntry = ["waits", ...number[]];

/** An entry of the file. */
export type WaitFileEntry = WaitStackEntry | WaitsEntry;

/** The kind of promise that a function waited for. */
export const WaitKind = {
  /** A promise that no other async function of the program made. */
  LEAF: 0,
  /** An async function of the program, whose own waits are recorded. */
  CALLEE: 1,
  /**
   * Other promises, of which V8 made the awaited one: by `Promise.all` and its like, in an async
   * generator, or because a promise follows another one. Async functions behind them explain the wait.
   */
  OTHERS: 2,
} as const;

/** The files that a program writes its waits into. */
export const WAIT_FILES = { kind: "waits", version: 1 } as const;

/** One await of the program. Times are nanoseconds of CLOCK_MONOTONIC. */
export interface Wait {
  /** Outermost first; the last frame awaits. */
  stack: readonly WaitFrame[];
  start: number;
  /** The time at which the function could go on; `undefined` where it could from the start. */
  settled: number | undefined;
  /** The time at which it went on; `undefined` where it never did. */
  end: number | undefined;
  /** The number of awaits that this one stands for. */
  count: number;
  kind: (typeof WaitKind)[keyof typeof WaitKind];
}

/** The waits of a program's main thread. */
export interface WaitLog {
  pid: number;
  tid: number;
  /** The start of the recording. */
  start: number;
  waits: Wait[];
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
  for (const entry of entries) {
    if (entry[0] === "stack") {
      const [, id, ...frames] = entry;
      stacks.set(id, frames);
      continue;
    }
    const numbers = entry.slice(1) as number[];
    for (let i = 0; i + WAIT_NUMBERS <= numbers.length; i += WAIT_NUMBERS) {
      const [id, from, settled, end, count, kind] = numbers.slice(i, i + WAIT_NUMBERS);
      const timeOf = (time: number) => time < 0 ? undefined : start + time;
      waits.push({
        stack: stacks.get(id!) ?? [],
        start: start + from!,
        settled: timeOf(settled!),
        end: timeOf(end!),
        count: count!,
        kind: kind as Wait["kind"],
      });
    }
  }
  return { pid, tid, start, waits };
}
