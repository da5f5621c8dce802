import type { FunctionPlace } from "../../recording/code_history.ts";
import type { CodeTier } from "../../recording/frame.ts";

/** The kinds of causes. */
export type CauseKind =
  | "deoptimisation"
  | "megamorphic access"
  | "megamorphic call"
  | "backtracking"
  | "garbage collection"
  | "compilation"
  | "inline cache";

/** The reason why a line takes the time that it takes, as V8's log or the samples show it. */
export interface Cause {
  kind: CauseKind;
  /** The function that the line is in. */
  fn: FunctionPlace;
  /** The line, counted from 1; `undefined` where only the function is known. */
  line?: number;
  /** The column, counted from 1. */
  column?: number;
  /** The time that the cause takes, in the recording's unit. */
  weight: number;
  /** Its share of the program's time, from 0 to 1. */
  share: number;
  /** A clause that says what V8 or the samples show. */
  fact: string;
  /** One sentence that says what its author can do. */
  advice: string;
}

/** The machine code that a function's time was spent in. */
export interface FunctionCode extends FunctionPlace {
  /** Time in its own code and in C++ code that it called, in the recording's unit. */
  self: number;
  /** Self time by the compiler that made the code, for code whose compiler is known. */
  tiers: ReadonlyMap<CodeTier, number>;
  /** Time that its thread spent compiling and optimising on its behalf, in the recording's unit. */
  compiling: number;
  /** Time that its thread spent collecting garbage where it allocated, in the recording's unit. */
  collecting: number;
  /** The number of times that Maglev compiled it; `undefined` where no log says so. */
  maglev?: number;
  /** The number of times that TurboFan compiled it; `undefined` where no log says so. */
  turbofan?: number;
  /** The number of times that V8 left its optimised code; `undefined` where no log says so. */
  deopts?: number;
}

/** The causes that a recording shows. */
export interface Causes {
  /** From the most time to the least. */
  causes: readonly Cause[];
  /** The code of all functions, from the most self time to the least. */
  functions: readonly FunctionCode[];
  /** The program's time, in the recording's unit. */
  program: number;
}
