import { abs, defineElement, round } from "../../base/builtins.ts";
import { ALIGNMENT } from "./wasm_code_extent.ts";
import type { CodeExtent } from "../../base/machine_code.ts";

/** What trampolines of one form have in common as they are at first. */
interface Shape {
  /** Bytes of code. */
  size: number;
  /** Where in it the return address of the call is. */
  offset: number;
  /** How many in turn were like this. */
  seen: number;
}

/** How many trampolines of one form have to be the same. */
const ENOUGH_SEEN = 4;

/**
 * From which place in its module on a trampoline's code is longer: 0 takes fewer bytes than other
 * numbers, and the count of calls by which V8 optimises it, 4 bytes each, is further away than a
 * short displacement reaches.
 */
const LONGER_FROM = [1, 32] as const;
const LENGTHS = LONGER_FROM.length + 1;

/** How many of these places a place is beyond. */
export function lengthAt(place: number): number {
  return place < LONGER_FROM[0] ? 0 : place < LONGER_FROM[1] ? 1 : 2;
}

/**
 * Where trampolines are that have not moved yet. V8's baseline compiler makes the same of all of one form
 * and length, so that a few need to be looked at in memory only.
 */
export class BaselineCode {
  readonly #shapes: Shape[] = [];

  /** @param forms How many forms of trampolines there are; those of others are looked at each time. */
  constructor(forms: number) {
    for (let shape = 0; shape < forms * LENGTHS; shape++) {
      defineElement(this.#shapes, shape, { size: 0, offset: 0, seen: 0 });
    }
  }

  /**
   * The code that a return address is in.
   *
   * @param length What {@linkcode lengthAt} says of its place in its module.
   * @param look Finds it in memory.
   */
  extentAt(
    address: number,
    form: number,
    length: number,
    look: (address: number) => CodeExtent | undefined,
  ): CodeExtent | undefined {
    const shape = this.#shapes[LENGTHS * form + length];
    if (shape === undefined) return look(address);
    if (shape.seen >= ENOUGH_SEEN) {
      const start = ALIGNMENT * round((address - shape.offset) / ALIGNMENT);
      return { address: start, size: shape.size, byV8: true };
    }
    const extent = look(address);
    if (extent === undefined) return undefined;
    const offset = address - (extent.address as number);
    const isSame = shape.size === extent.size && abs(shape.offset - offset) < ALIGNMENT / 8;
    shape.seen = isSame ? shape.seen + 1 : 0;
    shape.size = extent.size;
    shape.offset = offset;
    return extent;
  }
}
