import type { CodeHistory } from "./code_history.ts";
import type { Frame } from "./frame.ts";

/** The answer of a {@linkcode CodeResolver}. */
export interface ResolvedCode {
  /**
   * The functions that run there, outermost first: a function, then the functions inlined into it.
   * `undefined` where it is known that no function is there during this time.
   */
  frames: readonly Frame[] | undefined;
  /** The time from which this holds, in nanoseconds of the recording's clock. */
  from: number;
  /** The time until which this holds, exclusively; `Infinity` where it holds for good. */
  to: number;
  /**
   * Whether a `js::` name that perf finds at the address is better, as for WebAssembly.
   * @default {false}
   */
  yieldsToMap?: boolean;
}

/** Knows code that a runtime makes, such as V8's own log does. */
export interface CodeResolver {
  /**
   * Looks an address up in memory without a file, or in the runtime's own program.
   *
   * @param pid The process.
   * @param address The address; for a caller, the return address.
   * @param time The time, in nanoseconds of the recording's clock.
   * @param isCaller Whether `address` is a return address.
   * @returns `undefined` where nothing is known; the reader then asks again for another time.
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

  /**
   * The optimisations and deoptimisations of the functions that frames were made of.
   *
   * @param from From when, in nanoseconds of the recording's clock.
   * @param to Until when.
   */
  historyOf?(from: number, to: number): CodeHistory;
}
