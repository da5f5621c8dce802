import { lastUpTo } from "../source/line_starts.ts";

const NONE = -1;

/** The most entries of a table that are kept, of 12 bytes each. */
const MAX_ENTRIES = 4_000_000;

/** A function that V8 inlined into a piece of code. */
export interface InlinedFunction {
  /** Index into the piece's list of functions; -1 where V8 does not say which. */
  function: number;
  /** Offset of the call in the script of the function that calls it. */
  position: number;
  /** Index of the inlined function that calls it; -1 where the piece's own function does. */
  parent: number;
}

/** The position of an address in a piece of code. */
export interface CodeOffsetPosition {
  /** Offset in the script of the innermost function. */
  position: number;
  /** Index of the innermost inlined function; -1 where it is the piece's own. */
  inlined: number;
}

/**
 * The source positions of a piece of code, from its `code-source-info` line:
 * `C<offset in code>O<offset in script>[I<inlined>]…,F<function>O<call>[I<parent>]…,S<sfi>…`
 * (v8/src/logging/log.cc, LogSourceCodeInformation).
 */
export class SourceInfo {
  readonly #offsets: Int32Array;
  readonly #positions: Int32Array;
  readonly #inlined: Int32Array;
  /** The inlined functions. */
  readonly functions: readonly InlinedFunction[];

  /** @param line The whole line. Text that is no table gives an empty one. */
  constructor(line: Uint8Array) {
    const fields = fieldsOf(line, 8);
    const [tableStart, tableEnd] = fields[5] ?? [0, 0];
    const entries = parseEntries(line.subarray(tableStart, tableEnd), 0x43);
    this.#offsets = entries.firsts;
    this.#positions = entries.positions;
    this.#inlined = entries.inlined;
    const [inlinedStart, inlinedEnd] = fields[6] ?? [0, 0];
    const { firsts, positions, inlined } = parseEntries(
      line.subarray(inlinedStart, inlinedEnd),
      0x46,
    );
    this.functions = Array.from(firsts, (index, i) => ({
      function: index,
      position: positions[i]!,
      parent: inlined[i]!,
    }));
  }

  /** About how much memory it takes, in bytes. */
  get size(): number {
    return this.#offsets.length * 12 + this.functions.length * 40 + 200;
  }

  /** The position of an offset in the code; `undefined` where V8 gives it none. */
  at(offset: number): CodeOffsetPosition | undefined {
    const index = lastUpTo(this.#offsets, offset);
    if (index < 0 || this.#positions[index]! < 0) return undefined;
    return { position: this.#positions[index]!, inlined: this.#inlined[index]! };
  }
}

interface Entries {
  firsts: Int32Array;
  positions: Int32Array;
  inlined: Int32Array;
}

/** Where the fields of a line start and end; commas separate them. */
function fieldsOf(line: Uint8Array, limit: number): [number, number][] {
  const fields: [number, number][] = [];
  let start = 0;
  while (fields.length < limit) {
    const comma = line.indexOf(0x2c, start);
    fields.push([start, comma < 0 ? line.length : comma]);
    if (comma < 0) break;
    start = comma + 1;
  }
  return fields;
}

/**
 * Parses `<mark>[number]O<number>[I<number>]` as often as it comes; stops where something else
 * does.
 */
function parseEntries(bytes: Uint8Array, mark: number): Entries {
  let count = 0;
  for (const byte of bytes) if (byte === mark) count++;
  count = Math.min(count, MAX_ENTRIES);
  const firsts = new Int32Array(count).fill(NONE);
  const positions = new Int32Array(count).fill(NONE);
  const inlined = new Int32Array(count).fill(NONE);
  let at = 0;
  let entry = 0;
  for (; entry < count && bytes[at] === mark; entry++) {
    at = parseNumber(bytes, at + 1, firsts, entry);
    if (bytes[at] !== 0x4f) break;
    at = parseNumber(bytes, at + 1, positions, entry);
    if (bytes[at] === 0x49) at = parseNumber(bytes, at + 1, inlined, entry);
  }
  return {
    firsts: firsts.subarray(0, entry),
    positions: positions.subarray(0, entry),
    inlined: inlined.subarray(0, entry),
  };
}

function parseNumber(bytes: Uint8Array, start: number, into: Int32Array, index: number): number {
  let at = start;
  const isNegative = bytes[at] === 0x2d;
  if (isNegative) at++;
  let value = 0;
  const digits = at;
  for (; bytes[at]! >= 0x30 && bytes[at]! <= 0x39; at++) value = value * 10 + bytes[at]! - 0x30;
  if (at > digits && !isNegative && value < 2 ** 31) into[index] = value;
  return at;
}
