const EMPTY = 0;

/**
 * A map from addresses to small numbers, in two typed arrays. A slot takes 12 bytes, and at most
 * 3/4 of the slots are used. A `Map` with addresses as keys takes about 60 bytes an entry. Address
 * 0 cannot be a key.
 */
export class AddressMap {
  #keys = new Float64Array(1024);
  #values = new Uint32Array(1024);
  #used = 0;

  /** The value of an address; `undefined` where it has none. */
  get(address: number): number | undefined {
    const slot = this.#slotOf(address);
    const stored = this.#values[slot]!;
    return this.#keys[slot] === address && stored !== 0 ? stored - 1 : undefined;
  }

  /** Gives an address a value, from 0 to 2^32 - 2. */
  set(address: number, value: number): void {
    if (!(address > 0)) return;
    if (this.#used * 4 >= this.#keys.length * 3) this.#grow();
    const slot = this.#slotOf(address);
    if (this.#keys[slot] === EMPTY) this.#used++;
    this.#keys[slot] = address;
    this.#values[slot] = value + 1;
  }

  /** Takes the value of an address away. Its slot stays in use until the map grows. */
  delete(address: number): void {
    const slot = this.#slotOf(address);
    if (this.#keys[slot] === address) this.#values[slot] = 0;
  }

  /** The values, in no order. */
  *values(): Iterable<number> {
    for (const stored of this.#values) if (stored !== 0) yield stored - 1;
  }

  /**
   * Replaces each value; an address whose value becomes negative has none any more. The map then takes
   * no more memory than its values need.
   */
  renumber(valueOf: (value: number) => number): void {
    const [keys, values] = [this.#keys, this.#values];
    this.clear();
    for (let i = 0; i < keys.length; i++) {
      const value = values[i] === 0 ? -1 : valueOf(values[i]! - 1);
      if (value >= 0) this.set(keys[i]!, value);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#keys = new Float64Array(1024);
    this.#values = new Uint32Array(1024);
    this.#used = 0;
  }

  #slotOf(address: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    let slot = hashAddress(address) & mask;
    while (keys[slot] !== EMPTY && keys[slot] !== address) slot = slot + 1 & mask;
    return slot;
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    const live = values.reduce((count, value) => value === 0 ? count : count + 1, 0);
    const capacity = live * 2 > keys.length ? keys.length * 2 : keys.length;
    this.#keys = new Float64Array(capacity);
    this.#values = new Uint32Array(capacity);
    this.#used = 0;
    for (let i = 0; i < keys.length; i++) {
      if (values[i] === 0) continue;
      const slot = this.#slotOf(keys[i]!);
      this.#keys[slot] = keys[i]!;
      this.#values[slot] = values[i]!;
      this.#used++;
    }
  }
}

/**
 * A hash of an address, from both its halves: code starts at multiples of 64, so low bits alone
 * would collide.
 */
export function hashAddress(address: number): number {
  const high = Math.floor(address / 0x1_0000_0000);
  let mixed = Math.imul(address >>> 0 ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  mixed ^= mixed >>> 15;
  return Math.imul(mixed, 0xc2b2ae35) ^ mixed >>> 13;
}
