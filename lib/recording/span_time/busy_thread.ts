import { activityFrame, activityOfFrame, type Frame, isApp } from "../frame.ts";
import type { Recording } from "../recording.ts";
import { EVENT_LOOP_IDLE, stateOfStack } from "../thread_state.ts";

/** The runtime's own code, such as what reads requests. */
const RUNTIME = activityFrame("the runtime's own code");

/** The samples of one thread, by time. */
export class BusyThread {
  readonly #recording: Pick<Recording, "stacks">;
  readonly #times: Float64Array;
  readonly #stacks: Uint32Array;
  readonly #weights: Float64Array;
  readonly #frames = new Map<number, readonly Frame[]>();
  readonly #busy = new Map<number, Frame>();

  /**
   * @param recording The recording, whose clock is CLOCK_MONOTONIC.
   * @param tid The number of the thread.
   */
  constructor(recording: Pick<Recording, "stacks" | "samples" | "threads">, tid: number) {
    this.#recording = recording;
    const { samples, threads } = recording;
    const isOfThread = threads.map((thread) => thread.tid === tid);
    const kept = (_: number, i: number) => isOfThread[samples.thread[i]!]!;
    this.#times = samples.time.filter(kept);
    this.#stacks = samples.stack.filter(kept);
    this.#weights = samples.weight.filter(kept);
  }

  /** Calls back with the stack and the weight of each sample in a time. */
  forEachIn(start: number, end: number, take: (stack: number, weight: number) => void): void {
    for (let i = this.#firstFrom(start); i < this.#times.length && this.#times[i]! <= end; i++) {
      take(this.#stacks[i]!, this.#weights[i]!);
    }
  }

  #firstFrom(time: number): number {
    let [low, high] = [0, this.#times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle]! < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The frames of a stack, outermost first. */
  framesOf(stack: number): readonly Frame[] {
    let frames = this.#frames.get(stack);
    if (frames === undefined) {
      this.#frames.set(stack, frames = this.#recording.stacks[stack]!.frames);
    }
    return frames;
  }

  /** The frame that says what the thread was busy with: its innermost function of the program. */
  busyFrame(stack: number): Frame {
    let frame = this.#busy.get(stack);
    if (frame === undefined) this.#busy.set(stack, frame = busyFrameOf(this.framesOf(stack)));
    return frame;
  }
}

function busyFrameOf(frames: readonly Frame[]): Frame {
  const collection = frames.find((frame) => activityOfFrame(frame) === "garbage collection");
  if (collection !== undefined) return collection;
  const app = frames.findLast(isApp);
  if (app !== undefined) return app;
  return stateOfStack(frames).kind === "event loop idle" ? EVENT_LOOP_IDLE : RUNTIME;
}
