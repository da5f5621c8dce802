import type { Frame } from "../frame.ts";
import type { SampleTable } from "../sample_table.ts";
import type { Stack } from "../recording.ts";
import { innermostCall, isFunction, withoutPlace } from "./innermost_call.ts";
import { frameKey } from "./reached_function.ts";

/** The number of a thread's samples before and after a sample that are asked. */
const REACH = 8;

/**
 * Finds the function that ran, by the samples of the same thread before and after a sample: what the
 * same outer frames have called next, a moment earlier or later.
 */
export class Neighbours {
  readonly #samples: SampleTable;
  readonly #stacks: readonly Stack[];
  /** The index of the sample before each one in its thread, and behind it; -1 where there is none. */
  readonly #before: Int32Array;
  readonly #behind: Int32Array;
  /** The frames of the stacks that were looked at: each access to a stack's makes a new array. */
  readonly #frames: (readonly Frame[] | undefined)[] = [];
  readonly #functions = new Map<string, Frame>();

  constructor(samples: SampleTable, stacks: readonly Stack[]) {
    this.#samples = samples;
    this.#stacks = stacks;
    this.#before = new Int32Array(samples.length).fill(-1);
    this.#behind = new Int32Array(samples.length).fill(-1);
    const last = new Map<number, number>();
    for (let i = 0; i < samples.length; i++) {
      const thread = samples.thread[i]!;
      const before = last.get(thread);
      if (before !== undefined) {
        this.#before[i] = before;
        this.#behind[before] = i;
      }
      last.set(thread, i);
    }
  }

  /**
   * The function that the frames around a sample's innermost call have called around its time;
   * `undefined` where they are seen to call none.
   *
   * @param sample The index of the sample.
   */
  calledBy(sample: number): Frame | undefined {
    const outer = this.#framesOf(sample);
    const length = innermostCall(outer);
    let [before, behind] = [sample, sample];
    for (let i = 0; i < REACH; i++) {
      before = before < 0 ? before : this.#before[before]!;
      behind = behind < 0 ? behind : this.#behind[behind]!;
      const found = [this.#called(before, outer, length), this.#called(behind, outer, length)];
      const [one, other] = found;
      if (one !== undefined && other !== undefined && one !== other) {
        const { time } = this.#samples;
        return time[sample]! - time[before]! <= time[behind]! - time[sample]! ? one : other;
      }
      if (one !== undefined || other !== undefined) return one ?? other;
    }
    return undefined;
  }

  /** The function that a sample has below the first `length` frames of another one. */
  #called(sample: number, outer: readonly Frame[], length: number): Frame | undefined {
    if (sample < 0) return undefined;
    const frames = this.#framesOf(sample);
    const called = frames[length];
    if (called === undefined || !isFunction(called) || called.isInlined) return undefined;
    for (let i = length - 1; i >= 0; i--) if (frames[i] !== outer[i]) return undefined;
    const key = frameKey(called);
    let known = this.#functions.get(key);
    if (known === undefined) this.#functions.set(key, known = withoutPlace(called));
    return known;
  }

  #framesOf(sample: number): readonly Frame[] {
    const stack = this.#samples.stack[sample]!;
    return this.#frames[stack] ??= this.#stacks[stack]!.frames;
  }
}
