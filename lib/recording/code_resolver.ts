import type { Frame } from "./frame.ts";

/** The answer of a {@linkcode CodeResolver}. */
export interface ResolvedCode {
  /**
   * The functions that run there, from the outermost in: a function, then what is inlined into it.
   * `undefined` where it is known that no function is there during this time.
   */
  frames: readonly Frame[] | undefined;
  /** From when on this holds, in nanoseconds of the recording's clock. */
  from: number;
  /** Until when, exclusively; `Infinity` where it holds for good. */
  to: number;
  /** Whether a `js::` name that perf finds at the address is better, as for WebAssembly. @default {false} */
  yieldsToMap?: boolean;
}

/** Knows code that a runtime makes, such as V8's own log does. */
export interface CodeResolver {
  /**
   * Looks an address up in memory without a file, or in the runtime's own program.
   *
   * @param pid The process.
   * @param address The address; of a caller the one that the call returns to.
   * @param time When, in nanoseconds of the recording's clock.
   * @param isCaller Whether `address` is where a call returns to.
   * @returns `undefined` where nothing is known; then it is asked again for another time.
   */
  framesAt(
    pid: number,
    address: number,
    time: number,
    isCaller: boolean,
  ): ResolvedCode | undefined;

  /**
   * The text of a file that frames have positions in; `undefined` where it is unknown.
   *
   * @param file As frames name it.
   */
  sourceOf?(file: string): string | undefined;
}
