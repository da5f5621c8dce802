/*
 * A strict reader of protobuf messages by a table of their fields: a field that the table does not
 * have, a wrong wire type, a text that is not UTF-8 and bytes behind the end are errors.
 */

/** A field: its name, its type, and `[]` where it repeats. */
export type FieldText = string;

/** The fields of messages, by number: `1: "name string"`, `2: "lines Line[]"`. */
export type Schema = Readonly<Record<string, Readonly<Record<number, FieldText>>>>;

/** A message as an object; fields that are not there have no property. */
// deno-lint-ignore no-explicit-any -- tests read the fields that they know
export type Message = Record<string, any>;

/** Wire types of the types that are no messages. */
const WIRE: Readonly<Record<string, number>> = { int: 0, fixed64: 1, string: 2, bytes: 2 };

/** Decodes a message. */
export function decodeMessage(schema: Schema, type: string, bytes: Uint8Array): Message {
  const fields = schema[type];
  if (fields === undefined) throw new Error(`the schema has no ${type}`);
  const reader = new Reader(bytes);
  const message: Message = {};
  for (const text of Object.values(fields)) {
    const [name, fieldType] = text.split(" ");
    if (fieldType!.endsWith("[]")) message[name!] = [];
  }
  while (!reader.isAtEnd) {
    const key = Number(reader.varint());
    const [number, wire] = [key >> 3, key & 7];
    const text = fields[number];
    if (text === undefined) throw new Error(`${type} has no field ${number}`);
    const [name, fieldType] = text.split(" ") as [string, string];
    const plain = fieldType.replace("[]", "");
    const isRepeated = plain !== fieldType;
    const expected = WIRE[plain] ?? 2;
    if (isRepeated && wire === 2 && expected < 2) {
      const packed = new Reader(reader.bytes(Number(reader.varint())));
      while (!packed.isAtEnd) {
        message[name].push(plain === "int" ? packed.varint() : packed.fixed64());
      }
      continue;
    }
    if (wire !== expected) throw new Error(`${type}.${name} has wire type ${wire}`);
    const value = valueOf(reader, plain, schema);
    if (isRepeated) message[name].push(value);
    else message[name] = value;
  }
  return message;
}

function valueOf(reader: Reader, type: string, schema: Schema): unknown {
  if (type === "int") return reader.varint();
  if (type === "fixed64") return reader.fixed64();
  const bytes = reader.bytes(Number(reader.varint()));
  if (type === "bytes") return bytes;
  if (type === "string") return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  return decodeMessage(schema, type, bytes);
}

class Reader {
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
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.isAtEnd) throw new Error("a number is cut off");
      const byte = BigInt(this.#bytes[this.#at++]!);
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) return BigInt.asIntN(64, value);
    }
    throw new Error("a number has more than 10 bytes");
  }

  fixed64(): bigint {
    const bytes = this.bytes(8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  }

  bytes(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new Error("a field is cut off");
    return this.#bytes.subarray(this.#at, this.#at += length);
  }
}
