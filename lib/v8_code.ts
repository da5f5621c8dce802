import { isSafeInteger, Uint32Array, Uint8Array } from "./builtins.ts";
import type { CodeExtent } from "./engine.ts";

/**
 * Reads memory.
 *
 * @param target What becomes its bytes.
 * @param address Where it is.
 * @returns How many could be read; below zero where none could.
 */
export type ReadMemory = (target: Uint8Array, address: number) => number;

/** Machine code starts at a multiple of this, in bytes. */
const ALIGNMENT = 64;

/** Bytes that are read at once. */
const CHUNK = 4096;

/** Bytes of code in front of an address in which its start is looked for. */
const MOST_CODE = 1 << 18;

/**
 * What stands in front of machine code: its map, its `Code` object and where it has to be relocated,
 * tagged pointers of 8 bytes, and its size in 4. (V8, src/objects/instruction-stream.h.)
 */
const HEADER = 32;

/** Of a `Code` object: bytes, and the places of what follows. (V8, src/objects/code.h.) */
const CODE_OBJECT = 56;
const INSTRUCTION_START = 40;
const FLAGS = 52;

/** The last of V8's kinds of code: what it makes once, and keeps as long as it is right. */
const TURBOFAN = 13;
const KIND_MASK = 15;

/** Where machine code is. */
export interface V8Code extends CodeExtent {
  /** @inheritdoc */
  address: number;
}

/**
 * Finds machine code that V8's optimising compiler, TurboFan, has made of a function. What it takes
 * for such code says so twice: the code names an object, and that one says where the code starts.
 */
export class TurboFanCode {
  readonly #read: ReadMemory;
  readonly #chunk = new Uint8Array(CHUNK);
  readonly #words = new Uint32Array(this.#chunk.buffer);
  readonly #object = new Uint8Array(CODE_OBJECT);
  readonly #fields = new Uint32Array(this.#object.buffer);

  /** @param read Reads the memory of this process. */
  constructor(read: ReadMemory) {
    this.#read = read;
  }

  /** The code that an address is in; `undefined` where it is in none of TurboFan's. */
  at(address: number): V8Code | undefined {
    let start = address - address % ALIGNMENT;
    const lowest = start - MOST_CODE;
    while (start > lowest) {
      // Headers of all possible starts from this one down.
      if (this.#read(this.#chunk, start - HEADER + ALIGNMENT - CHUNK) < CHUNK) return undefined;
      for (let at = CHUNK - ALIGNMENT; at >= 0; at -= ALIGNMENT, start -= ALIGNMENT) {
        const size = this.#sizeBehind(at / 4, start);
        if (size === undefined) continue;
        const kind = this.#fields[FLAGS / 4]! & KIND_MASK;
        const isIn = address <= start + size && kind === TURBOFAN;
        return isIn ? { address: start, size, byV8: true } : undefined;
      }
    }
    return undefined;
  }

  /** The size of the code whose header is at a word of the chunk, if there is one. */
  #sizeBehind(word: number, start: number): number | undefined {
    const words = this.#words;
    const isTagged = (words[word]! & words[word + 2]! & words[word + 4]! & 3) === 1;
    if (!isTagged) return undefined;
    const object = addressAt(words, word + 2) - 1;
    // Most of what looks like a pointer is none.
    if (!isSafeInteger(object) || this.#read(this.#object, object) < CODE_OBJECT) return undefined;
    const named = addressAt(this.#fields, INSTRUCTION_START / 4);
    return named === start ? words[word + 6] : undefined;
  }
}

/**
 * The address, or tagged pointer, that stands in memory, without a BigInt.
 *
 * @param words The memory.
 * @param index Where its lower half is.
 */
export function addressAt(words: Uint32Array, index: number): number {
  return words[index]! + 2 ** 32 * words[index + 1]!;
}
