import { hashAddress } from "./address_map.ts";

/**
 * The numbers of an entry: address, from, to, and the index of the value. They take 32 bytes, so an
 * entry lies in one cache line.
 */
const STRIDE = 4;

/**
 * A cache of the values of addresses, each valid for a span of time. An address keeps the value
 * that was set last. A full cache drops all values.
 */
export class AnswerCache<Value> {
  readonly #limit: number;
  #table = new Float64Array(1024 * STRIDE);
  #mask = 1023;
  #values: Value[] = [];

  /** @param limit The most addresses that it keeps. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Returns the index of the value of an address at a time, for {@linkcode AnswerCache.valueAt}; -1
   * where none is known.
   */
  find(address: number, time: number): number {
    const table = this.#table;
    const at = this.#slotOf(address);
    const isKnown = table[at] === address && time >= table[at + 1]! && time < table[at + 2]!;
    return isKnown ? table[at + 3]! : -1;
  }

  /** Returns the value at an index. */
  valueAt(index: number): Value {
    return this.#values[index]!;
  }

  /** Gives an address a value that is valid from one time until another, exclusive. */
  set(address: number, from: number, to: number, value: Value): void {
    // 0 marks a free slot.
    if (!(address > 0)) return;
    if (this.#values.length >= this.#limit) this.#reset(1024);
    else if (this.#values.length * 2 > this.#mask) this.#reset((this.#mask + 1) * 2);
    const at = this.#slotOf(address);
    const index = this.#table[at] === address ? this.#table[at + 3]! : this.#values.length;
    this.#values[index] = value;
    this.#table[at] = address;
    this.#table[at + 1] = from;
    this.#table[at + 2] = to;
    this.#table[at + 3] = index;
  }

  #slotOf(address: number): number {
    const table = this.#table;
    let slot = hashAddress(address) & this.#mask;
    for (let key; (key = table[slot * STRIDE]) !== 0 && key !== address;) {
      slot = slot + 1 & this.#mask;
    }
    return slot * STRIDE;
  }

  #reset(capacity: number): void {
    const old = this.#table;
    const keeps = capacity > this.#mask;
    this.#table = new Float64Array(capacity * STRIDE);
    this.#mask = capacity - 1;
    if (!keeps) {
      this.#values = [];
      return;
    }
    for (let at = 0; at < old.length; at += STRIDE) {
      if (old[at] !== 0) this.#table.set(old.subarray(at, at + STRIDE), this.#slotOf(old[at]!));
    }
  }
}
