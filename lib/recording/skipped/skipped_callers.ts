/*
 * Puts functions back on stacks on which the sampler has missed them.
 *
 * perf and the built-in sampler follow frame pointers. Many of V8's builtins make no stack frame, nor
 * does a function in its first instructions. While such code runs, the frame pointer is still that of
 * the function that called it, and leads to that function's caller: the calling function itself is
 * missing. Without it, the time of a function that calls builtins all the time would be its caller's.
 *
 * Other samples tell the missing function:
 *
 * - In compiled code a frame stands for one call. What that call has reached in nearly all other
 *   samples, it has reached here too.
 * - Where it reaches several functions, or a builtin resumes or calls them, the samples of the thread
 *   just before and just afterwards tell which one was running.
 */
import type { Frame } from "../frame.ts";
import type { Recording, Stack } from "../recording.ts";
import { StackTable } from "../stack_table.ts";
import { innermostCall, isFunction, mayLackFrame } from "./innermost_call.ts";
import { Neighbours } from "./neighbours.ts";
import { withPlacedAccesses } from "./placed_accesses.ts";
import { ReachedByCalls } from "./reached_by_calls.ts";

/**
 * Adds the functions that are missing next to the innermost frame. A function whose place is unknown
 * has no position.
 *
 * @param recording A recording by frame pointers, named by V8's log.
 * @returns The recording itself where no stack can lack a function.
 */
export function withSkippedCallers(recording: Recording): Recording {
  const { stacks, samples } = recording;
  const calls = new Set<Frame>();
  for (const { frames } of stacks) {
    const at = innermostCall(frames);
    if (at > 0 && mayLackFrame(frames[at]!)) calls.add(frames[at - 1]!);
  }
  if (calls.size === 0) return recording;
  const reached = new ReachedByCalls(calls, stacks);

  const table = new StackTable();
  // The new index of each stack; -1 where its samples have several.
  const indices = new Int32Array(stacks.length).fill(-1);
  for (const [i, stack] of stacks.entries()) {
    const missing = missingFrames(stack, reached);
    if (missing === undefined && samples.length > 0) continue;
    const { thread, weight, samples: count, objects, isCut } = stack;
    const frames = inserted(stack.frames, missing ?? []);
    indices[i] = table.add(thread, frames, { weight, samples: count, objects, isCut });
  }
  const divided = new DividedStacks(stacks, table);
  const neighbours = new Neighbours(samples, stacks);
  const found = samples.stack.map((stack, sample) => {
    if (indices[stack]! >= 0) return indices[stack]!;
    const caller = neighbours.calledBy(sample);
    return divided.count(stack, caller, samples.weight[sample]!);
  });
  return withPlacedAccesses({
    ...recording,
    stacks: table.stacks(),
    samples: samples.replacingStacks(found),
  });
}

/** The frames that a stack lacks; `undefined` where the samples around each of its samples tell. */
function missingFrames({ frames }: Stack, reached: ReachedByCalls): readonly Frame[] | undefined {
  const at = innermostCall(frames);
  if (at === 0 || !mayLackFrame(frames[at]!)) return [];
  const [call, code] = [frames[at - 1]!, frames[at]!];
  const missing = reached.missingBetween(call, code);
  if (missing !== undefined) return missing;
  return isFunction(code) || reached.hasReached(call, code) ? [] : undefined;
}

function inserted(frames: readonly Frame[], missing: readonly Frame[]): readonly Frame[] {
  if (missing.length === 0) return frames;
  const at = innermostCall(frames);
  return [...frames.slice(0, at), ...missing, ...frames.slice(at)];
}

/** The stacks that one stack becomes, by the function that its samples get. */
class DividedStacks {
  readonly #stacks: readonly Stack[];
  readonly #table: StackTable;
  readonly #indices = new Map<number, Map<Frame | undefined, number>>();

  constructor(stacks: readonly Stack[], table: StackTable) {
    this.#stacks = stacks;
    this.#table = table;
  }

  /** Counts a sample of a stack, and returns the index of its new stack. */
  count(stack: number, caller: Frame | undefined, weight: number): number {
    let indices = this.#indices.get(stack);
    if (indices === undefined) this.#indices.set(stack, indices = new Map());
    let index = indices.get(caller);
    if (index === undefined) {
      const { thread, frames, isCut } = this.#stacks[stack]!;
      const missing = caller === undefined ? [] : [caller];
      const none = { weight: 0, samples: 0, isCut };
      indices.set(caller, index = this.#table.add(thread, inserted(frames, missing), none));
    }
    const counted = this.#table.stacks()[index]!;
    counted.samples++;
    counted.weight += weight;
    return index;
  }
}
