import { functionKey, type FunctionPlace } from "../../recording/code_history.ts";
import { type Frame, isApp } from "../../recording/frame.ts";
import { placeOf, type SourceFrame } from "./program_stacks.ts";

/** The share of a call's samples that must be in one function before it counts as its callee. */
const CLEAR_SHARE = 0.9;

/**
 * Remembers the functions that calls have reached. Most builtins of V8's make no stack frame, so the
 * stack of a sample in one lacks the function that called it; other samples tell that function.
 */
export class CalledFunctions {
  readonly #callees = new Map<Frame, Map<string, { fn: FunctionPlace; weight: number }>>();

  /** Notes the functions that were called from each place in a stack. */
  learn(frames: readonly Frame[], weight: number): void {
    for (let i = 1; i < frames.length; i++) {
      const frame = frames[i]!;
      if (!isApp(frame) || frame.isInlined) continue;
      let callees = this.#callees.get(frames[i - 1]!);
      if (callees === undefined) this.#callees.set(frames[i - 1]!, callees = new Map());
      const key = functionKey(frame as SourceFrame);
      const known = callees.get(key);
      if (known === undefined) callees.set(key, { fn: placeOf(frame as SourceFrame), weight });
      else known.weight += weight;
    }
  }

  /**
   * The function that a builtin without a frame was called from, by the frames outside of it: the
   * one that the same place has called in the other samples. `undefined` where it has called several.
   */
  calleeOf(outer: readonly Frame[]): FunctionPlace | undefined {
    const callees = [...this.#callees.get(outer.at(-1)!)?.values() ?? []];
    const total = callees.reduce((sum, { weight }) => sum + weight, 0);
    return callees.find(({ weight }) => weight >= CLEAR_SHARE * total)?.fn;
  }
}
