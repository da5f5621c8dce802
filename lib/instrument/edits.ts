import { indexOf, slice } from "../builtins.ts";
import { MagicString, type SourceMap } from "./libraries.js";

// Every insertion stands between two comments, so that it can be taken out again:
//
//     f(a)
//     /*$<*/$.run(1,()=>{/*$>*/f(a)/*$<*/});/*$>*/
//
// and where it stands for something, that is in the first one: /*$<var*/void (/*$>*/

/** What must not stand in a text that is to be edited: the start of an edit's first comment. */
export const MARKER = "/*$<";
const SECOND = "/*$>*/";

/** Edits of a source text. */
export class Edits {
  readonly #source: string;
  readonly #text: MagicString;
  readonly #divisions = new Set<number>();

  /** @param source The text as its author wrote it. */
  constructor(source: string) {
    this.#source = source;
    this.#text = new MagicString(source);
  }

  /** Inserts code in front of something; of several insertions at one place, the first stays in front. */
  insert(index: number, code: string): void {
    if (!this.#followsDivision(index)) return this.append(index, code);
    // The sign of the division and the start of a comment would make another comment.
    this.#divisions.add(index);
    this.replace(index - 1, index, `/${code}`);
  }

  /** Inserts code behind something. */
  append(index: number, code: string): void {
    this.#text.appendLeft(index, mark("", code));
  }

  /** Puts code in the place of a piece of text, which can be restored. */
  replace(start: number, end: number, code: string): void {
    this.#text.overwrite(start, end, mark(this.#text.slice(start, end), code));
  }

  #followsDivision(index: number): boolean {
    return this.#source[index - 1] === "/" && this.#source[index - 2] !== "*" &&
      !this.#divisions.has(index);
  }

  /** The map from the edited text to the source. */
  map(source: string): SourceMap {
    return this.#text.generateMap({ source, includeContent: false, hires: "boundary" });
  }

  /** The edited text. */
  toString(): string {
    return this.#text.toString();
  }
}

function mark(original: string, code: string): string {
  return `${MARKER}${original}*/${code}${SECOND}`;
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
