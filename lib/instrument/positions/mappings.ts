import { Buffer } from "node:buffer";

import { encode } from "../../source/libraries.js";

/**
 * Builds the `mappings` of a source map, as text. A large file has millions of segments, and as
 * objects they would take many times the memory. All numbers count from 0.
 */
export class Mappings {
  #bytes = new Uint8Array(4096);
  #length = 0;
  #isLineEmpty = true;
  #newColumn = 0;
  #source = 0;
  #line = 0;
  #column = 0;
  #name = 0;

  /** Whether the line has no segment yet. */
  get isLineEmpty(): boolean {
    return this.#isLineEmpty;
  }

  /** Adds a segment without a source, to the right of the last one. */
  addUnmapped(newColumn: number): void {
    this.#start(newColumn);
  }

  /**
   * Adds a segment to the right of the last one: a column of the new text and its position in a
   * source.
   */
  add(newColumn: number, line: number, column: number, source: number = this.#source): void {
    this.#start(newColumn);
    this.#put(source - this.#source);
    this.#put(line - this.#line);
    this.#put(column - this.#column);
    this.#source = source;
    this.#line = line;
    this.#column = column;
  }

  /** Gives the last segment its name in the source. */
  addName(name: number): void {
    this.#put(name - this.#name);
    this.#name = name;
  }

  /**
   * Adds the lines from `line` to `end`, exclusive. Each start maps to the start of the same line
   * of the source.
   */
  addLines(line: number, end: number): void {
    if (line >= end) return;
    this.add(0, line, 0);
    this.endLine();
    let left = (end - line - 1) * NEXT_LINE.length;
    this.#reserve(left);
    for (; left > 0; left -= MOST_LINES.length) {
      const some = MOST_LINES.subarray(0, left);
      this.#bytes.set(some, this.#length);
      this.#length += some.length;
    }
    this.#line = end - 1;
  }

  /** Ends a line of the new text. */
  endLine(): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = SEMICOLON;
    this.#isLineEmpty = true;
    this.#newColumn = 0;
  }

  /** Returns the whole text. */
  toString(): string {
    return Buffer.from(this.#bytes.buffer, 0, this.#length).toString("latin1");
  }

  #start(newColumn: number): void {
    if (!this.#isLineEmpty) {
      this.#reserve(1);
      this.#bytes[this.#length++] = COMMA;
    }
    this.#isLineEmpty = false;
    this.#put(newColumn - this.#newColumn);
    this.#newColumn = newColumn;
  }

  #put(number: number): void {
    // Most numbers are small and have one digit.
    if (number >= 0 && number < SMALL.length) {
      this.#reserve(1);
      this.#bytes[this.#length++] = SMALL[number]!;
      return;
    }
    const text = textOf(number);
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[this.#length++] = text.charCodeAt(i);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const bytes = new Uint8Array(2 * Math.max(this.#bytes.length, this.#length + count));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}

const [COMMA, SEMICOLON] = [44, 59];

/**
 * Returns a number in the digits of source maps. The library encodes whole mappings only, so it
 * gets mappings with this one number.
 */
function textOf(number: number): string {
  let text = texts.get(number);
  if (text === undefined) {
    text = encode([[[number]]]);
    if (texts.size < MOST_TEXTS) texts.set(number, text);
  }
  return text;
}

const texts = new Map<number, string>();

const MOST_TEXTS = 4096;

/** The digits of the numbers from 0 to 15, which have one. */
const SMALL = Uint8Array.from({ length: 16 }, (_, number) => encode([[[number]]]).charCodeAt(0));

/**
 * A line whose start maps to the start of the next source line, as most lines do; and 64 of them.
 */
const NEXT_LINE = `${encode([[[0, 0, 1, 0]]])};`;
const MOST_LINES = Buffer.from(NEXT_LINE.repeat(64), "latin1");
