import { abs, defineElement, round } from "../../base/builtins.ts";
import { ALIGNMENT } from "./wasm_code_extent.ts";
import type { CodeExtent } from "../../base/machine_code.ts";

/** The code of trampolines of one form and length class, as V8's baseline compiler makes it. */
interface Shape {
  /** Bytes of code. */
  size: number;
  /** Offset of the return address of the call. */
  offset: number;
  /** Number of trampolines in a row that have repeated this shape. */
  seen: number;
}

/** Repetitions after which a shape is relied on. */
const ENOUGH_SEEN = 4;

/**
 * Places in a module from which on a trampoline's code is longer. Code loads the function's number:
 * 0 takes fewer bytes than others (PROLOGUES, wasm_code_extent.ts). Code counts down to tier-up in
 * an array of 4 bytes a function: from 32 on the offset does not fit a displacement of 8 bits.
 */
const LONGER_FROM = [1, 32] as const;
const LENGTHS = LONGER_FROM.length + 1;

/** Length class of the trampoline at a place in its module: 0, 1 or 2 thresholds passed. */
export function lengthAt(place: number): number {
  return place < LONGER_FROM[0] ? 0 : place < LONGER_FROM[1] ? 1 : 2;
}

/**
 * Finds the code of trampolines that have not moved yet. V8's baseline compiler makes equal code
 * for all of one form and length class. So only the first few are read from memory.
 */
export class BaselineCode {
  readonly #shapes: Shape[] = [];

  /** @param forms How many forms have shapes; a trampoline of a higher form is read each time. */
  constructor(forms: number) {
    for (let shape = 0; shape < forms * LENGTHS; shape++) {
      defineElement(this.#shapes, shape, { size: 0, offset: 0, seen: 0 });
    }
  }

  /**
   * The code that contains a return address.
   *
   * @param length The length class, by {@linkcode lengthAt}.
   * @param look Finds the code in memory.
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
