import type { Frame } from "./frame.ts";
import type { Stack } from "./recording.ts";

/** A stack with other frames, made at each access: those of 100 000 stacks would not fit into memory. */
export class ViewedStack implements Stack {
  readonly #stack: Stack;
  readonly #view: (frames: readonly Frame[]) => readonly Frame[];

  /**
   * @param stack The stack.
   * @param view Makes the frames from the stack's own.
   */
  constructor(stack: Stack, view: (frames: readonly Frame[]) => readonly Frame[]) {
    this.#stack = stack;
    this.#view = view;
  }

  get thread(): string {
    return this.#stack.thread;
  }

  get samples(): number {
    return this.#stack.samples;
  }

  get weight(): number {
    return this.#stack.weight;
  }

  get objects(): number | undefined {
    return this.#stack.objects;
  }

  get isCut(): boolean {
    return this.#stack.isCut;
  }

  get frames(): readonly Frame[] {
    return this.#view(this.#stack.frames);
  }
}
