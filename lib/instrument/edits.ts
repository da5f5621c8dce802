import { MagicString, type SourceMap } from "./libraries.js";

// Every insertion stands between two comments, so that it can be taken out again:
//
//     f(a)
//     /*$<*/$.run(1,()=>{/*$>*/f(a)/*$<*/});/*$>*/
//
// and where it stands for something, that is in the first one: /*$<var*/void (/*$>*/
const MARKED = /\/\*\$<(.*?)\*\/.*?(?:\/\*\$>\*\/|$)/gs;

/** What must not stand in a text that is to be edited. */
export const MARKER = "/*$<";

/** Edits of a source text. */
export class Edits {
  readonly #text: MagicString;

  /** @param source The text as its author wrote it. */
  constructor(source: string) {
    this.#text = new MagicString(source);
  }

  /** Inserts code; of several insertions at one place, the first stays in front. */
  insert(index: number, code: string): void {
    this.#text.appendLeft(index, mark("", code));
  }

  /** Puts code in the place of a piece of text, which can be restored. */
  replace(start: number, end: number, code: string): void {
    this.#text.overwrite(start, end, mark(this.#text.slice(start, end), code));
  }

  /** The map from the edited text to the source. */
  map(source: string, includeContent: boolean): SourceMap {
    return this.#text.generateMap({ source, includeContent, hires: "boundary" });
  }

  /** The edited text. */
  toString(): string {
    return this.#text.toString();
  }
}

function mark(original: string, code: string): string {
  return `${MARKER}${original}*/${code}/*$>*/`;
}

/** Takes the edits out of a piece of edited text, such as a function's. */
export function restoreSource(text: string): string {
  return text.includes(MARKER) ? text.replace(MARKED, "$1") : text;
}
