import type { Frame } from "./frame.ts";

/** Numbers frames from 0; equal frames must be one object. */
export class FrameNumbers {
  readonly #frames: Frame[] = [];
  readonly #ids = new Map<Frame, number>();

  /** The number of frames. */
  get length(): number {
    return this.#frames.length;
  }

  /** The number of a frame. */
  idOf(frame: Frame): number {
    let id = this.#ids.get(frame);
    if (id === undefined) {
      id = this.#frames.push(frame) - 1;
      this.#ids.set(frame, id);
    }
    return id;
  }

  /** All frames, by number. */
  all(): readonly Frame[] {
    return this.#frames;
  }

  /** The frame of a number. */
  at(id: number): Frame {
    return this.#frames[id]!;
  }
}
