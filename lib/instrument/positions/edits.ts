/*
 * Where a position in instrumented code comes from. One module has up to three texts:
 *
 *     author's text --(a compiler)--> source --(Edits)--> edited text, which V8 runs
 *
 * Edits keep the lines, so only columns differ between source and edited text. Positions in the
 * author's text differ from those in the source only where the module came with a source map.
 *
 * transform() (rewrite/transform.ts) makes these for one module, in this order:
 *
 *     TraceMap       the source map that came with the module: source -> author's text
 *     LineStarts     the offsets at which the lines of the source start
 *     LineFinder     LineStarts + TraceMap: the author's line of an offset, for names of functions
 *     Edits          the changes of the source, in the order in which the rewriter asks for them
 *     Edited         what Edits.apply(LineStarts) returns: the text in pieces, and EditedLines
 *     EditPlaces     the sorted places of the edits: part of EditedLines
 *     EditedLines    LineStarts + EditPlaces: columns of the edited text -> columns of the source
 *     LineEdit       one edit in columns of its line; EditedLines makes it for each question
 *     EditedText     source + EditedLines + TraceMap: the first argument of mapEdits()
 *     EditedLine     one line of that, while mapEdits() goes through the lines
 *     Mappings       the text of a source map's segments, while mapEdits() writes it
 *     SourceMap      what mapEdits() returns: edited text -> author's text; it is written behind
 *                    the edited text as a comment, for the runtime and for debuggers
 *
 * These stay while the program runs, for the stacks of errors:
 *
 *     TextPositions  EditedLines + TraceMap: one position -> source, or -> author's text
 *     ModuleMaps     the TextPositions of all modules, by URL and name (stacks/module_maps.ts)
 */
import { indexOf, slice } from "../../base/builtins.ts";
import { EditedLines } from "./edited_lines.ts";
import type { LineStarts } from "../../source/line_starts.ts";

// The form of an edit: inserted code stands between two comments, so that it can be removed again:
//
//     f(a)
//     /*$<*/(0,$.runArrow)(1,()=>{/*$>*/f(a)/*$<*/});/*$>*/
//
// Where it replaces text, the first comment holds that text: /*$<var*/void (/*$>*/

/** The start of an edit's first comment. A text that contains it cannot be edited. */
export const MARKER = "/*$<";
const SECOND = "/*$>*/";

/** The result of {@linkcode Edits.apply}. */
export interface Edited {
  /**
   * The new text in pieces, with as many lines as the old one. It is large, so the caller joins it
   * only once, together with the source map.
   */
  pieces: string[];
  /** Maps its columns to the old ones. */
  lines: EditedLines;
}

/** Edits of a source text. No edit adds or removes a line. */
export class Edits {
  readonly #source: string;
  /** Offsets behind a division sign that an edit has already replaced. */
  readonly #divisions = new Set<number>();
  /** Offset of each edit, in the order of the calls. */
  readonly #starts: number[] = [];
  /** Number of code units that each removes there. */
  readonly #removed: number[] = [];
  /** The code that each inserts there, with its comments. */
  readonly #codes: string[] = [];
  /** Its rank among the edits that start at one place. */
  readonly #ranks: number[] = [];

  /** @param source The text as its author wrote it. */
  constructor(source: string) {
    this.#source = source;
  }

  /**
   * Inserts code in front of the text at an offset. Of several insertions at one offset, the first
   * stays in front. Code that begins with a semicolon goes to the end of the line before, where it can:
   * the statement then keeps its column, also for readers of positions that know no source map.
   */
  insert(index: number, code: string): void {
    const lineEnd = code.startsWith(";") ? this.#lineEndBefore(index) : undefined;
    if (lineEnd !== undefined) return this.#add(lineEnd, lineEnd, code, BEHIND);
    if (!this.#followsDivision(index)) return this.append(index, code);
    // `/` in front of the edit's `/*` would begin a comment `//`, so the edit replaces the sign
    // too.
    this.#divisions.add(index);
    this.replace(index - 1, index, `/${code}`);
  }

  /** Inserts code behind the text that ends at an offset. */
  append(index: number, code: string): void {
    this.#add(index, index, code, INSERTION);
  }

  /** Replaces a range of the text. {@linkcode restoreSource} can restore it. */
  replace(start: number, end: number, code: string): void {
    this.#add(start, end, code, REPLACEMENT);
  }

  #add(start: number, end: number, code: string, rank: number): void {
    this.#ranks.push(rank);
    this.#starts.push(start);
    this.#removed.push(end - start);
    this.#codes.push(mark(this.#source.slice(start, end), code));
  }

  /**
   * The end of the nearest earlier line with text; `undefined` if more than space and a line break stand
   * between, or if code there could be in a comment.
   */
  #lineEndBefore(index: number): number | undefined {
    const source = this.#source;
    let end = index;
    while (end > 0 && isSpace(source.charCodeAt(end - 1))) end--;
    const start = source.lastIndexOf("\n", end - 1) + 1;
    const line = source.slice(start, end);
    // Code put behind `//`, `<!--`, `-->` or `#!` could be part of a comment. Behind a final `/`, the
    // `/*` of the edit would begin a comment `//`.
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
   * @param lineStarts The lines of the old text.
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

  /** Returns the indices of the edits in order of their offsets; at one offset, by their ranks. */
  #order(): Float64Array {
    const { length } = this.#starts;
    // Each number holds offset, kind and index, so it sorts without a comparison function, which
    // would be slow.
    const order = new Float64Array(length);
    for (let edit = 0; edit < length; edit++) {
      order[edit] = (this.#starts[edit]! * RANKS + this.#ranks[edit]!) * length + edit;
    }
    order.sort();
    for (let i = 0; i < length; i++) order[i] = order[i]! % length;
    return order;
  }
}

/**
 * Ranks of edits, in their order at one offset: insertions; insertions at a line's end for a statement on
 * a later line; replacements. `RANKS` is their number.
 */
const [INSERTION, BEHIND, REPLACEMENT, RANKS] = [0, 1, 2, 3];

/** Whether a code unit is a space, a tabulator or the end of a line. */
function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function mark(original: string, code: string): string {
  // With a template, V8 would make a tree of the parts, several times as large as the text.
  return [MARKER, original, "*/", code, SECOND].join("");
}

/** Removes the edits from a piece of edited text, such as the source of a function. */
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
