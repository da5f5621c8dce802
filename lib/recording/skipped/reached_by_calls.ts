import type { Frame } from "../frame.ts";
import { innermostCall, isCallInCode, isFunction } from "./innermost_call.ts";
import { CLEAR_SHARE, frameKey, ReachedFunction } from "./reached_function.ts";
import { isUnknownCall } from "./unknown_call.ts";

/** The functions that one call has reached. */
interface Callees {
  /** Weights of stacks in which the function has called others: then it has a frame for certain. */
  calling: Map<string, number>;
  /** Weights of stacks that end in the function. */
  ending: Map<string, number>;
  /** The function with most weight. */
  first: ReachedFunction | undefined;
  /** Whether it is the only one, but for those that it calls itself. */
  isOnly: boolean;
}

/**
 * What calls have reached. A call is known by its frame: with the place that was being executed, it
 * stands for one instruction in a function's machine code.
 */
export class ReachedByCalls {
  readonly #calls = new Map<Frame, Callees>();
  readonly #functions = new Map<string, ReachedFunction>();

  /**
   * @param calls The calls to look at.
   * @param stacks All stacks. They are gone through twice.
   */
  constructor(
    calls: Iterable<Frame>,
    stacks: Iterable<{ frames: readonly Frame[]; weight: number }>,
  ) {
    for (const call of calls) {
      const [calling, ending] = [new Map(), new Map()];
      this.#calls.set(call, { calling, ending, first: undefined, isOnly: false });
    }
    const frames = new Map<string, Frame>();
    for (const stack of stacks) this.#learnCallees(stack.frames, stack.weight, frames);
    for (const callees of this.#calls.values()) {
      const frame = frames.get(heaviest(callees) ?? "");
      if (frame !== undefined) callees.first = this.#function(frame);
    }
    for (const stack of stacks) this.#learnCallsOfCallees(stack.frames, stack.weight);
    for (const callees of this.#calls.values()) callees.isOnly = isOnly(callees);
  }

  /** Whether a call has reached code that has a frame there. */
  hasReached(call: Frame, code: Frame): boolean {
    return this.#calls.get(call)!.calling.has(frameKey(code));
  }

  /**
   * The frames that are missing between a call and the code that runs.
   *
   * @returns None where the stack is whole; `undefined` where other functions may be missing too.
   */
  missingBetween(call: Frame, code: Frame): readonly Frame[] | undefined {
    const { first, isOnly, calling } = this.#calls.get(call)!;
    if (first === undefined || !isOnly || !isCallInCode(call)) return undefined;
    if (isUnknownCall(code)) return first.framesAtUnknownCall;
    if (!isFunction(code)) return [first.frame];
    const key = frameKey(code);
    const isMissing = key !== frameKey(first.frame) && !calling.has(key) && first.calls(key);
    return isMissing ? first.framesAtCallOf(key) : [];
  }

  #function(frame: Frame): ReachedFunction {
    const key = frameKey(frame);
    let found = this.#functions.get(key);
    if (found === undefined) this.#functions.set(key, found = new ReachedFunction(frame));
    return found;
  }

  #learnCallees(frames: readonly Frame[], weight: number, functions: Map<string, Frame>): void {
    const end = innermostCall(frames);
    for (let i = 1; i <= end; i++) {
      const callee = frames[i]!;
      if (callee.isInlined) continue;
      const callees = this.#calls.get(frames[i - 1]!);
      // A builtin at the end tells nothing: a function that the call has reached may be missing.
      if (callees === undefined || i === end && !isFunction(callee)) continue;
      const key = frameKey(callee);
      if (isFunction(callee)) functions.set(key, callee);
      const weights = i === end ? callees.ending : callees.calling;
      weights.set(key, (weights.get(key) ?? 0) + weight);
    }
  }

  #learnCallsOfCallees(frames: readonly Frame[], weight: number): void {
    const end = innermostCall(frames);
    let owner: { at: number; function: ReachedFunction } | undefined;
    for (let at = 0; at <= end; at++) {
      const frame = frames[at]!;
      if (frame.isInlined) continue;
      if (!isFunction(frame)) {
        owner = undefined;
        continue;
      }
      owner?.function.learn(frames.slice(owner.at, at), frame, weight);
      const found = this.#functions.get(frameKey(frame));
      owner = found && { at, function: found };
    }
  }
}

function heaviest({ calling, ending }: Callees): string | undefined {
  let [most, found]: [number, string | undefined] = [0, undefined];
  for (const key of new Set([...calling.keys(), ...ending.keys()])) {
    const weight = (calling.get(key) ?? 0) + (ending.get(key) ?? 0);
    if (weight > most) [most, found] = [weight, key];
  }
  return found;
}

/** A function that the first one calls seems to be reached itself, while the first one is missing. */
function isOnly({ calling, ending, first }: Callees): boolean {
  if (first === undefined) return false;
  const key = frameKey(first.frame);
  const own = (calling.get(key) ?? 0) + (ending.get(key) ?? 0);
  let other = 0;
  for (const [callee, weight] of calling) if (callee !== key) other += weight;
  for (const [callee, weight] of ending) {
    if (callee !== key && !first.calls(callee)) other += weight;
  }
  return own >= CLEAR_SHARE * (own + other);
}
