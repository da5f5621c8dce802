import { BigUint64Array, min, toBigInt, Uint32Array, Uint8Array } from "./builtins.ts";
import type { NativeFunctions } from "./native_functions.ts";
import { addressAt, TurboFanCode, type V8Code } from "./v8_code.ts";

/** Frames from the walker to the function that asks, and some. */
const WALKED_FRAMES = 32;

/** Bytes of stack in which these are. */
const WALKED_STACK = 8192;

/** Bytes of a frame record. */
const RECORD = 16;

/** What was found of a function. */
export interface Sight {
  /** Where in its code it called. */
  returnAddress: number;
  /** That code; `undefined` where it is not TurboFan's. */
  code: V8Code | undefined;
}

/**
 * A frame of JavaScript, by words of 4 bytes from its frame record on. In front of that is the
 * function, behind its return address the receiver and the arguments; an integer is in the higher
 * half of its word. (V8, src/execution/frame-constants.h.)
 */
const FUNCTION = -4;
const FIRST_ARGUMENT = 6;
const SECOND_ARGUMENT = 8;

/**
 * Finds the machine code that V8 has made of a function of the program, from inside a call of it:
 * that the frame outside of the one which was called is the function's own shows that it was not
 * inlined into another one.
 */
export class OwnCode {
  readonly #library: NativeFunctions;
  readonly #code: TurboFanCode;
  /** Address of the frame record, of the one outside it, and return address, of each frame. */
  readonly #records = new BigUint64Array(3 * WALKED_FRAMES);
  readonly #recordBytes = new Uint8Array(this.#records.buffer);
  readonly #recordWords = new Uint32Array(this.#records.buffer);
  readonly #stack = new Uint8Array(WALKED_STACK);
  readonly #words = new Uint32Array(this.#stack.buffer);

  /** @param library The C library. */
  constructor(library: NativeFunctions) {
    this.#library = library;
    this.#code = new TurboFanCode((target, address) =>
      library.xp_read(target, toBigInt(address), target.length)
    );
  }

  /**
   * The code that runs a function of the program, which has called what calls this, with these arguments all
   * the way: whatever of it V8 inlines, one frame has them, and the function's is outside of that.
   *
   * @param last What was seen the last time: where that has not changed, nothing is read again.
   * @returns `undefined` where the frame is not the function's own.
   */
  find(id: number, _fn: unknown, last: Sight | undefined): Sight | undefined {
    const count = this.#walk();
    for (let frame = 1; frame < count; frame++) {
      if (!this.#isCall(frame, id)) continue;
      const argument = this.#record(frame) + SECOND_ARGUMENT;
      if (this.#areSame(argument, this.#record(frame + 1) + FUNCTION)) {
        return this.#see(frame, last);
      }
    }
    return undefined;
  }

  /**
   * The same of a function that is inlined nowhere, given its body instead, which no two calls of it
   * share: its own frame is outside of all that have these arguments.
   */
  findAround(id: number, _body: unknown, last: Sight | undefined): Sight | undefined {
    const count = this.#walk();
    let frame = 1;
    while (frame < count && !this.#isCall(frame, id)) frame++;
    const argument = this.#record(frame) + SECOND_ARGUMENT;
    while (
      frame < count && this.#isCall(frame + 1, id) &&
      this.#areSame(argument, this.#record(frame + 1) + SECOND_ARGUMENT)
    ) frame++;
    return frame < count ? this.#see(frame, last) : undefined;
  }

  /** Copies the stack. Returns how many frames it is of that have a frame outside of them. */
  #walk(): number {
    const count = this.#library.xp_walk_records(this.#recordBytes, WALKED_FRAMES);
    const start = this.#address(0);
    const end = this.#address(3 * (count - 1)) + RECORD;
    this.#library.xp_copy(this.#stack, this.#records[0]!, min(end - start, WALKED_STACK));
    let whole = 0;
    while (whole < count - 1 && this.#record(whole + 1) < this.#words.length) whole++;
    return whole;
  }

  /** The word at which a frame's record is. */
  #record(frame: number): number {
    return (this.#address(3 * frame) - this.#address(0)) / 4;
  }

  /** Whether a frame is that of a call whose first argument is a number. */
  #isCall(frame: number, id: number): boolean {
    const argument = this.#record(frame) + FIRST_ARGUMENT;
    return this.#words[argument] === 0 && this.#words[argument + 1] === id;
  }

  #areSame(word: number, other: number): boolean {
    const words = this.#words;
    return words[word] === words[other] && words[word + 1] === words[other + 1];
  }

  /** What runs outside of a frame. */
  #see(frame: number, last: Sight | undefined): Sight {
    const returnAddress = this.#address(3 * frame + 2);
    return returnAddress === last?.returnAddress
      ? last
      : { returnAddress, code: this.#code.at(returnAddress) };
  }

  #address(word: number): number {
    return addressAt(this.#recordWords, 2 * word);
  }
}
