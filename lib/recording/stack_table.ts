import type { Frame } from "./frame.ts";
import type { Stack } from "./recording.ts";

/** How a stack is counted. */
export interface StackCount {
  /** What the samples stand for, in the recording's unit. */
  weight: number;
  /** How many samples saw it. @default {1} */
  samples?: number;
  /** Whether outer frames are missing. @default {false} */
  isCut?: boolean;
}

/** Counts stacks; equal ones become one. */
export class StackTable {
  readonly #ids = new Map<Frame, number>();
  readonly #stacks = new Map<string, Stack>();

  /**
   * Counts a stack. Neighbours in it without a name, of one module, become one frame.
   *
   * @param thread Name of the thread.
   * @param frames From the outermost in; equal ones must be one object.
   * @param count What it stands for.
   */
  add(
    thread: string,
    frames: readonly Frame[],
    { weight, samples = 1, isCut = false }: StackCount,
  ): void {
    const kept = frames.filter((frame, i) => frame.name !== "" || frame !== frames[i - 1]);
    const key = `${isCut ? "…" : ""}${kept.map((frame) => this.#idOf(frame)).join()} ${thread}`;
    const known = this.#stacks.get(key);
    if (known === undefined) {
      this.#stacks.set(key, { thread, frames: kept, samples, weight, isCut });
    } else {
      known.samples += samples;
      known.weight += weight;
    }
  }

  /** All stacks, in the order in which they were first seen. */
  stacks(): Stack[] {
    return [...this.#stacks.values()];
  }

  #idOf(frame: Frame): number {
    let id = this.#ids.get(frame);
    if (id === undefined) this.#ids.set(frame, id = this.#ids.size);
    return id;
  }
}
