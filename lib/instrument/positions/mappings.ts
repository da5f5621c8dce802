import { Buffer } from "node:buffer";

import { encode } from "../../source/libraries.js";

/**
 * The mappings of a source map in the making, as text: a large file has millions of segments, which
 * as objects would be many times as large. All numbers count from 0.
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

  /** Whether the line has no place yet. */
  get isLineEmpty(): boolean {
    return this.#isLineEmpty;
  }

  /** Adds a place of the new text that comes from nowhere, right of the last one. */
  addUnmapped(newColumn: number): void {
    this.#start(newColumn);
  }

  /** Adds a place of the new text and where it comes from, right of the last one. */
  add(newColumn: number, line: number, column: number, source: number = this.#source): void {
    this.#start(newColumn);
    this.#put(source - this.#source);
    this.#put(line - this.#line);
    this.#put(column - this.#column);
    this.#source = source;
    this.#line = line;
    this.#column = column;
  }

  /** Gives the last place its name in the source. */
  addName(name: number): void {
    this.#put(name - this.#name);
    this.#name = name;
  }

  /** Adds whole lines: their starts come from those of lines of the same source. */
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

  /** All of it. */
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
    // Most are small, and have one digit.
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

/** A number as source maps write it: a map of nothing else. */
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

/** The digits of the numbers that have one. */
const SMALL = Uint8Array.from({ length: 16 }, (_, number) => encode([[[number]]]).charCodeAt(0));

/** What most of the lines are, and many of them. */
const NEXT_LINE = `${encode([[[0, 0, 1, 0]]])};`;
const MOST_LINES = Buffer.from(NEXT_LINE.repeat(64), "latin1");
