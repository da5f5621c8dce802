import { encode } from "./libraries.js";

/**
 * The mappings of a source map in the making, as text: a large file has millions of segments, which
 * as objects would be many times as large. All count from 0.
 */
export class Mappings {
  #text = "";
  #line = "";
  #newColumn = 0;
  #source = 0;
  #sourceLine = 0;
  #column = 0;
  #name = 0;

  /** Adds a place that comes from nowhere, right of the last one. */
  addUnmapped(newColumn: number): void {
    this.#start(newColumn);
  }

  /** Adds a place of the new text and where it comes from, right of the last one. */
  add(newColumn: number, line: number, column: number, source: number = this.#source): void {
    this.#start(newColumn);
    // Nearly always.
    if (source === this.#source && line === this.#sourceLine) this.#line += SAME_LINE;
    else this.#line += number(source - this.#source) + number(line - this.#sourceLine);
    this.#line += number(column - this.#column);
    this.#source = source;
    this.#sourceLine = line;
    this.#column = column;
  }

  /** Gives the last place its name in the source. */
  addName(name: number): void {
    this.#line += number(name - this.#name);
    this.#name = name;
  }

  /** Ends a line of the new text. */
  endLine(): void {
    this.#text += `${this.#line};`;
    this.#line = "";
    this.#newColumn = 0;
  }

  /** All of it. */
  toString(): string {
    return this.#text;
  }

  #start(newColumn: number): void {
    const columns = number(newColumn - this.#newColumn);
    this.#line += this.#line === "" ? columns : `,${columns}`;
    this.#newColumn = newColumn;
  }
}

const known = new Map<number, string>();

/** A number as source maps write it: the one number of a map. */
function number(value: number): string {
  let text = known.get(value);
  if (text === undefined) {
    text = encode([[[value]]]);
    if (known.size < MOST_KNOWN) known.set(value, text);
  }
  return text;
}

const MOST_KNOWN = 4096;

const SAME_LINE = number(0) + number(0);
