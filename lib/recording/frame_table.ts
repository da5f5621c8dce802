import { type CodePlace, type Frame, frameAt } from "./frame.ts";

/** Makes frames for the addresses of samplers; equal frames are one object. */
export class FrameTable {
  readonly #byPlace = new Map<string, Frame>();
  readonly #byContent = new Map<string, Frame>();

  /** The frame of an address. */
  at(place: CodePlace): Frame {
    const key = `${place.symbol}\0${place.module}\0${place.isKernel ?? false}`;
    let frame = this.#byPlace.get(key);
    if (frame === undefined) this.#byPlace.set(key, frame = this.same(frameAt(place)));
    return frame;
  }

  /** The one object that stands for all frames equal to this one. */
  same(frame: Frame): Frame {
    const { name, kind, file, line, module, position, tier, isOsr, isInlined } = frame;
    const code = [position?.line, position?.column, tier, isOsr ?? false, isInlined ?? false];
    const key = JSON.stringify([name, kind, file, line, module, ...code]);
    const known = this.#byContent.get(key);
    if (known === undefined) this.#byContent.set(key, frame);
    return known ?? frame;
  }
}
