/**
 * A field of a message, by the encoding's own description
 * (protobuf.dev/programming-guides/encoding).
 */
export interface ProtobufField {
  number: number;
  /** A varint. */
  value?: bigint;
  /** A value with a length: text, a message, or packed numbers. */
  bytes?: Uint8Array;
  /** A varint, or the bytes as packed numbers. */
  numbers?: bigint[];
}

/** Takes a message apart. */
export function readProtobuf(bytes: Uint8Array): ProtobufField[] {
  const reader = new VarintReader(bytes);
  const fields: ProtobufField[] = [];
  while (!reader.isAtEnd) {
    const key = Number(reader.varint());
    const [number, type] = [key >> 3, key & 7];
    if (type === 0) {
      const value = reader.varint();
      fields.push({ number, value, numbers: [value] });
    } else if (type === 2) {
      const content = reader.bytes(Number(reader.varint()));
      fields.push({ number, bytes: content, numbers: packedNumbers(content) });
    } else {
      throw new Error(`Cannot read field ${number}: its wire type is ${type}`);
    }
  }
  return fields;
}

function packedNumbers(bytes: Uint8Array): bigint[] {
  const reader = new VarintReader(bytes);
  const numbers: bigint[] = [];
  // Text is no numbers, and may end in the middle of one.
  while (!reader.isAtEnd) numbers.push(reader.varint());
  return numbers;
}

class VarintReader {
  #at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; !this.isAtEnd; shift += 7n) {
      const byte = BigInt(this.#bytes[this.#at++]!);
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) break;
    }
    return value;
  }

  bytes(length: number): Uint8Array {
    return this.#bytes.subarray(this.#at, this.#at += length);
  }
}
