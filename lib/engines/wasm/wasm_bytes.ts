import { charCodeAt, lengthened, max, set, subarray, Uint8Array } from "../../base/builtins.ts";

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
  i32Eqz: 0x45,
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

/** Kinds of imports and exports. */
export const KIND = { function: 0, table: 1, memory: 2, global: 3 } as const;

/** Bytes of an unsigned number of 32 bits in LEB128, at most. */
const LONGEST = 5;

/** Bytes that grow, without the iterators and methods that a program may have replaced. */
export class WasmBytes {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  /** Where the content of the open section begins. */
  #content = 0;

  /** @param capacity Bytes of memory at first. @default {64} */
  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Forgets the content and keeps the memory. */
  clear(): this {
    this.#length = 0;
    return this;
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

  /** Appends unsigned numbers in turn. */
  unsignedFrom(first: number, count: number): this {
    this.#reserve(LONGEST * count);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < count; i++) {
      let value = first + i;
      for (; value > 0x7f; value >>>= 7) bytes[at++] = value & 0x7f | 0x80;
      bytes[at++] = value;
    }
    this.#length = at;
    return this;
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

  /** Appends finished bytes. */
  append(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    set(this.#bytes, bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** Appends the length of other bytes, and the bytes. */
  sized(other: WasmBytes): this {
    return this.unsigned(other.#length).append(other.finish());
  }

  /** Appends a section. */
  section(id: number, content: WasmBytes): this {
    return this.byte(id).sized(content);
  }

  /** Begins a section. All bytes appended until {@linkcode closeSection} are its content. */
  openSection(id: number): this {
    this.byte(id).#reserve(LONGEST);
    this.#content = this.#length += LONGEST;
    return this;
  }

  /** Ends a section. Its length fills LONGEST bytes, since the content stands behind it already. */
  closeSection(): this {
    let rest = this.#length - this.#content;
    for (let i = LONGEST; i > 0; i--, rest >>>= 7) {
      this.#bytes[this.#content - i] = rest & 0x7f | (i === 1 ? 0 : 0x80);
    }
    return this;
  }

  /** The bytes. They are a view: bytes appended later can change them. */
  finish(): Uint8Array<ArrayBuffer> {
    return subarray(this.#bytes, 0, this.#length);
  }
}

/**
 * The start of every module: `\0asm`, version 1.
 *
 * @param into Memory to build the module in; loses its content. @default {new WasmBytes(1024)}
 */
export function moduleStart(into: WasmBytes = new WasmBytes(1024)): WasmBytes {
  return into.clear().bytes(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
}
