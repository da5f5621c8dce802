import type { ReadLog } from "./log_lines.ts";

/** Offsets from here on stand for kept bytes; a log is shorter by far. */
const KEPT = 2 ** 52;

/** Size of the pieces that memory is taken in, in bytes. */
const PIECE = 1 << 20;

/**
 * Bytes of a log that are still needed when their place in the file has been given back. They are in
 * memory, one behind the other.
 */
export class KeptBytes {
  readonly #read: ReadLog;
  readonly #pieces: Uint8Array[] = [];
  /** The offset of each piece among the kept bytes. */
  readonly #starts: number[] = [];
  #piece = new Uint8Array();
  #used = 0;
  #length = 0;

  /** @param read Reads the log, and bytes that were kept before. */
  constructor(read: ReadLog) {
    this.#read = read;
  }

  /** The number of bytes. */
  get length(): number {
    return this.#length;
  }

  /** Whether an offset stands for kept bytes. */
  static isKept(offset: number): boolean {
    return offset >= KEPT;
  }

  /** Keeps bytes of the log; returns the offset that stands for them. */
  readonly keep = (offset: number, length: number): number => {
    const bytes = this.#read(offset, length);
    if (this.#used + bytes.length > this.#piece.length) {
      this.#piece = new Uint8Array(Math.max(PIECE, bytes.length));
      this.#pieces.push(this.#piece);
      this.#starts.push(this.#length);
      this.#used = 0;
    }
    this.#piece.set(bytes, this.#used);
    const at = this.#length;
    this.#used += bytes.length;
    this.#length += bytes.length;
    return KEPT + at;
  };

  /** Reads kept bytes. What was kept at once is read at once. */
  read(offset: number, length: number): Uint8Array {
    const at = offset - KEPT;
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    const start = at - (this.#starts[low] ?? 0);
    return this.#pieces[low]?.subarray(start, start + length) ?? new Uint8Array();
  }
}
