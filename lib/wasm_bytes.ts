import { charCodeAt, lengthened, max, set, subarray, Uint8Array } from "./builtins.ts";

/*
 * WebAssembly's binary format, as far as the trampolines need it.
 * https://webassembly.github.io/spec/core/binary/
 */

/** Value types. */
export const I32 = 0x7f;
/** Any JavaScript value. */
export const EXTERNREF = 0x6f;

/** Instructions. */
export const OP = {
  unreachable: 0x00,
  if: 0x04,
  end: 0x0b,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  drop: 0x1a,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  i32Load: 0x28,
  i32Store: 0x36,
  i32Const: 0x41,
  i32LtS: 0x48,
  i32GeS: 0x4e,
  i32Add: 0x6a,
  i32Shl: 0x74,
  refNull: 0xd0,
} as const;

/** The result type of a block that has none. */
export const NO_RESULT = 0x40;

/** Sections, in the order in which they have to stand. */
export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  export: 7,
  element: 9,
  code: 10,
} as const;

/** What can be imported and exported. */
export const KIND = { function: 0, table: 1, memory: 2, global: 3 } as const;

/** So many that the builtin copies them faster. */
const MANY = 256;

/** Bytes that grow, without the iterators and methods that a program may have replaced. */
export class WasmBytes {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param capacity How many bytes it takes before it has to grow. @default {64} */
  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
  }

  #reserve(count: number): void {
    const { length } = this.#bytes;
    const needed = this.#length + count;
    if (needed <= length) return;
    this.#bytes = lengthened(Uint8Array, this.#bytes, max(needed, 2 * length));
  }

  /** Appends one byte. */
  byte(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  /** Appends bytes. */
  bytes(...values: number[]): this {
    for (let i = 0; i < values.length; i++) this.byte(values[i]!);
    return this;
  }

  /** Appends an unsigned number, LEB128. */
  unsigned(value: number): this {
    for (; value > 0x7f; value >>>= 7) this.byte(value & 0x7f | 0x80);
    return this.byte(value);
  }

  /** Appends an instruction that takes an unsigned number, such as an index. */
  instruction(opcode: number, index: number): this {
    return this.byte(opcode).unsigned(index);
  }

  /** Appends `i32.const`, LEB128 with a sign. */
  constant(value: number): this {
    this.byte(OP.i32Const);
    for (; value > 0x3f || value < -0x40; value >>= 7) this.byte(value & 0x7f | 0x80);
    return this.byte(value & 0x7f);
  }

  /** Appends a name, which is ASCII. */
  name(text: string): this {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.byte(charCodeAt(text, i));
    return this;
  }

  /** Appends a number as a name, in decimal digits. */
  decimal(value: number): this {
    let digits = 1;
    for (let rest = value; rest >= 10; rest = rest / 10 >>> 0) digits++;
    this.unsigned(digits).#reserve(digits);
    this.#length += digits;
    for (let i = 1, rest = value; i <= digits; i++, rest = rest / 10 >>> 0) {
      this.#bytes[this.#length - i] = 0x30 + rest % 10;
    }
    return this;
  }

  /** Appends other bytes, and how many they are in front of them. */
  sized(other: WasmBytes): this {
    this.unsigned(other.#length);
    this.#reserve(other.#length);
    if (other.#length < MANY) {
      for (let i = 0; i < other.#length; i++) this.#bytes[this.#length + i] = other.#bytes[i]!;
    } else set(this.#bytes, other.finish(), this.#length);
    this.#length += other.#length;
    return this;
  }

  /** Appends a section. */
  section(id: number, content: WasmBytes): this {
    return this.byte(id).sized(content);
  }

  /** The bytes. */
  finish(): Uint8Array<ArrayBuffer> {
    return subarray(this.#bytes, 0, this.#length);
  }
}

/**
 * The start of every module: `\0asm`, version 1.
 *
 * @param capacity How many bytes the module may take before it has to be moved. @default {1024}
 */
export function moduleStart(capacity = 1024): WasmBytes {
  return new WasmBytes(capacity).bytes(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
}
