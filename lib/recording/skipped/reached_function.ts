import { functionKey } from "../code_history.ts";
import type { Frame } from "../frame.ts";
import { withoutPlace } from "./innermost_call.ts";

/** The share of the samples from which on something counts as the only possibility. */
export const CLEAR_SHARE = 0.9;

/**
 * The most of a call's time that one of several functions may take that it reaches. With more, V8
 * compiles a direct jump to that one.
 */
const MOST_OF_SEVERAL = 0.6;

/** A call in a function, with what it has reached. */
interface OwnCall {
  /** The function, and functions that are inlined into it, down to the one with the call. */
  frames: readonly Frame[];
  /** Weights of the samples below it, by the key of the function that it reached. */
  weights: Map<string, number>;
}

/** A function that some call has reached, with the calls that it makes itself. */
export class ReachedFunction {
  /** The function, without a place in it. */
  readonly frame: Frame;
  /** Its calls, by the innermost frame of each. */
  readonly #calls = new Map<Frame, OwnCall>();
  readonly #callsOf = new Map<string, readonly Frame[]>();
  #callOfSeveral: readonly Frame[] | undefined;

  /** @param frame A frame of the function. */
  constructor(frame: Frame) {
    this.frame = withoutPlace(frame);
  }

  /**
   * Notes a call of it in a stack.
   *
   * @param frames The function's frame, and those of functions that are inlined into it.
   */
  learn(frames: readonly Frame[], callee: Frame, weight: number): void {
    let call = this.#calls.get(frames.at(-1)!);
    if (call === undefined) this.#calls.set(frames.at(-1)!, call = { frames, weights: new Map() });
    const key = frameKey(callee);
    call.weights.set(key, (call.weights.get(key) ?? 0) + weight);
  }

  /** Whether it has called a function. */
  calls(key: string): boolean {
    return this.#callsTo(key).length > 0;
  }

  /** Its frames where it calls a function; without the place where there are several. */
  framesAtCallOf(key: string): readonly Frame[] {
    let frames = this.#callsOf.get(key);
    if (frames === undefined) {
      const calls = this.#callsTo(key);
      const total = sum(calls.map(({ weights }) => weights.get(key)!));
      frames = calls.find(({ weights }) => weights.get(key)! >= CLEAR_SHARE * total)?.frames ??
        [this.frame];
      this.#callsOf.set(key, frames);
    }
    return frames;
  }

  /** Its frames at the one call in optimised code that reaches several functions. */
  get framesAtUnknownCall(): readonly Frame[] {
    return this.#callOfSeveral ??= this.#findCallOfSeveral();
  }

  #callsTo(key: string): OwnCall[] {
    return [...this.#calls.values()].filter(({ weights }) => weights.has(key));
  }

  #findCallOfSeveral(): readonly Frame[] {
    const [one, ...others] = [...this.#calls.values()].filter(({ frames, weights }) => {
      const { tier } = frames[0]!;
      const all = [...weights.values()];
      return (tier === "turbofan" || tier === "maglev") &&
        Math.max(...all) <= MOST_OF_SEVERAL * sum(all);
    });
    return one === undefined || others.length > 0 ? [this.frame] : one.frames;
  }
}

/** A string that is equal for frames of one function, or of one builtin. */
export function frameKey({ name, file, line, module }: Frame): string {
  return file === undefined ? `${name}\0${module}` : functionKey({ name, file, line });
}

/** The sum of weights. */
export function sum(weights: Iterable<number>): number {
  let total = 0;
  for (const weight of weights) total += weight;
  return total;
}
