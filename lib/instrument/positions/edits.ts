import { indexOf, slice } from "../../base/builtins.ts";
import { EditedLines } from "./edited_lines.ts";
import type { LineStarts } from "../../source/line_starts.ts";

// Every insertion stands between two comments, so that it can be taken out again:
//
//     f(a)
//     /*$<*/$.run(1,()=>{/*$>*/f(a)/*$<*/});/*$>*/
//
// and where it stands for something, that is in the first one: /*$<var*/void (/*$>*/

/** What must not stand in a text that is to be edited: the start of an edit's first comment. */
export const MARKER = "/*$<";
const SECOND = "/*$>*/";

/** A text that was edited. */
export interface Edited {
  /** The new text, of as many lines as the old one, in pieces: it is large, and something can follow. */
  pieces: string[];
  /** Where its columns come from. */
  lines: EditedLines;
}

/** Edits of a source text. None of them adds a line or takes one away. */
export class Edits {
  readonly #source: string;
  readonly #divisions = new Set<number>();
  /** Where each edit starts, in the order in which they were asked for. */
  readonly #starts: number[] = [];
  /** How many code units each takes out, from there. */
  readonly #removed: number[] = [];
  /** What each puts there. */
  readonly #codes: string[] = [];
  /** Its rank among the edits that start at one place. */
  readonly #ranks: number[] = [];

  /** @param source The text as its author wrote it. */
  constructor(source: string) {
    this.#source = source;
  }

  /**
   * Inserts code in front of something; of several insertions at one place, the first stays in front.
   * Code that begins with a semicolon goes to the end of the line before, where it can: the statement
   * then keeps its column, also for those who read positions without a source map.
   */
  insert(index: number, code: string): void {
    const lineEnd = code.startsWith(";") ? this.#lineEndBefore(index) : undefined;
    if (lineEnd !== undefined) return this.#add(lineEnd, lineEnd, code, BEHIND);
    if (!this.#followsDivision(index)) return this.append(index, code);
    // The sign of the division and the start of a comment would make another comment.
    this.#divisions.add(index);
    this.replace(index - 1, index, `/${code}`);
  }

  /** Inserts code behind something. */
  append(index: number, code: string): void {
    this.#add(index, index, code, INSERTION);
  }

  /** Puts code in the place of a piece of text, which can be restored. */
  replace(start: number, end: number, code: string): void {
    this.#add(start, end, code, REPLACEMENT);
  }

  #add(start: number, end: number, code: string, rank: number): void {
    this.#ranks.push(rank);
    this.#starts.push(start);
    this.#removed.push(end - start);
    this.#codes.push(mark(this.#source.slice(start, end), code));
  }

  /** The end of the last line before that is not empty, where only space is between. */
  #lineEndBefore(index: number): number | undefined {
    const source = this.#source;
    let end = index;
    while (end > 0 && isSpace(source.charCodeAt(end - 1))) end--;
    const start = source.lastIndexOf("\n", end - 1) + 1;
    const line = source.slice(start, end);
    // What is behind such a sign can be a comment, and what is behind a slash would become one.
    const isOpen = end > 0 && !/\/\/|<!--|-->|^#!|\/$/.test(line);
    return isOpen && source.slice(end, index).includes("\n") ? end : undefined;
  }

  #followsDivision(index: number): boolean {
    return this.#source[index - 1] === "/" && this.#source[index - 2] !== "*" &&
      !this.#divisions.has(index);
  }

  /**
   * Makes the new text.
   *
   * @param starts Where the lines of the old text start.
   */
  apply(lineStarts: LineStarts): Edited {
    const order = this.#order();
    const starts = new Uint32Array(order.length);
    const removed = new Uint32Array(order.length);
    const added = new Uint32Array(order.length);
    const pieces: string[] = [];
    let from = 0;
    for (let index = 0; index < order.length; index++) {
      const edit = order[index]!;
      const start = this.#starts[edit]!;
      const code = this.#codes[edit]!;
      pieces.push(this.#source.slice(from, start), code);
      starts[index] = start;
      removed[index] = this.#removed[edit]!;
      added[index] = code.length;
      from = start + removed[index]!;
    }
    pieces.push(this.#source.slice(from));
    return { pieces, lines: new EditedLines(lineStarts, { starts, removed, added }) };
  }

  /** The edits from the start of the text to its end; those of one place by their ranks. */
  #order(): Float64Array {
    const { length } = this.#starts;
    // Numbers that sort by themselves: a function that compares two would be slow.
    const order = new Float64Array(length);
    for (let edit = 0; edit < length; edit++) {
      order[edit] = (this.#starts[edit]! * RANKS + this.#ranks[edit]!) * length + edit;
    }
    order.sort();
    for (let i = 0; i < length; i++) order[i] = order[i]! % length;
    return order;
  }
}

/** Insertions, those that belong to the line that follows, and what is put in the place of a text. */
const [INSERTION, BEHIND, REPLACEMENT, RANKS] = [0, 1, 2, 3];

/** Whether a code unit is a space, a tabulator or the end of a line. */
function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function mark(original: string, code: string): string {
  // Of a template's parts, V8 makes a tree, which is several times as large as the text.
  return [MARKER, original, "*/", code, SECOND].join("");
}

/** Takes the edits out of a piece of edited text, such as a function's. */
export function restoreSource(text: string): string {
  let restored = "";
  let from = 0;
  for (let at = indexOf(text, MARKER); at >= 0; at = indexOf(text, MARKER, from)) {
    const original = at + MARKER.length;
    const code = indexOf(text, "*/", original);
    restored += slice(text, from, at) + slice(text, original, code);
    const second = indexOf(text, SECOND, code);
    // The text of an arrow function ends with the last token of its body, before the comment.
    from = second < 0 ? text.length : second + SECOND.length;
  }
  return restored + slice(text, from);
}
