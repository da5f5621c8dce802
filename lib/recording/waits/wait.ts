/**
 * A function in the chain of async callers: its name, file, and the line and column that it is at. Where
 * the file could be read, its start tells it apart from others of one name (awaiting_functions.ts).
 */
export type WaitFrame = [name: string, file: string, line: number, column: number, start?: number];

/** Whether two frames are of one function. */
export function isSameFunction(a: WaitFrame, b: WaitFrame): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[4] === b[4];
}

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

/** One await of the program. Times are nanoseconds of CLOCK_MONOTONIC. */
export interface Wait {
  /** Outermost first; the last frame awaits. */
  stack: readonly WaitFrame[];
  start: number;
  /**
   * The time from which on the function could go on; `undefined` where it could from the start. That is
   * the time at which the promise was settled. Where spans are recorded too, it is the time at which
   * the answer had arrived, as is estimated (arrival_times.ts).
   */
  settled: number | undefined;
  /** The time at which it went on; `undefined` where it never did. */
  end: number | undefined;
  /** The number of awaits that this one stands for. */
  count: number;
  kind: (typeof WaitKind)[keyof typeof WaitKind];
  /** The number of the span that awaits; 0 where it is none. */
  span: number;
}
