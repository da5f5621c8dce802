import type { Recording } from "../../recording/recording.ts";

/** The ways in which an expression can use a property. */
export interface Access {
  /** Whether the property's name is computed: `a[b]`. */
  isKeyed: boolean;
  /** Whether the property is set. */
  isStore: boolean;
}

/** An assignment, but no comparison. */
const ASSIGNMENT = /^\s*(?:[-+*/%&|^]|\*\*|<<|>>>?|&&|\|\||\?\?)?=(?![=>])/;

/** Reads the property accesses at positions of a recording's sources. */
export class AccessTexts {
  readonly #sources: Recording["sources"];
  readonly #lines = new Map<string, readonly string[]>();

  constructor(sources: Recording["sources"]) {
    this.#sources = sources;
  }

  /**
   * The property access at a position. V8's position of `a.b` is the name, of `a[b]` the bracket,
   * and of an assignment to either what stands behind it (v8/src/parsing/parser-base.h).
   *
   * @returns `undefined` where there is another expression, or the text is unknown.
   */
  at(file: string, { line, column }: { line: number; column: number }): Access | undefined {
    const text = this.#linesOf(file)?.[line - 1];
    if (text === undefined) return undefined;
    const [before, from] = [text.slice(0, column - 1), text.slice(column - 1)];
    if (ASSIGNMENT.test(from)) {
      if (/\.\s*#?[\w$]+\s*$/.test(before)) return { isKeyed: false, isStore: true };
      return /\]\s*$/.test(before) ? { isKeyed: true, isStore: true } : undefined;
    }
    if (/^\??\.?\[/.test(from)) return { isKeyed: true, isStore: false };
    const [name] = /^#?[\w$]+/.exec(from) ?? [];
    if (name === undefined || !/\.\s*$/.test(before)) return undefined;
    return { isKeyed: false, isStore: ASSIGNMENT.test(from.slice(name.length)) };
  }

  #linesOf(file: string): readonly string[] | undefined {
    const known = this.#lines.get(file);
    if (known !== undefined) return known;
    // ECMA-262 has these line terminators; V8 and source maps count lines by them.
    const lines = this.#sources?.get(file)?.split(/\r\n|[\n\r\u2028\u2029]/);
    if (lines !== undefined) this.#lines.set(file, lines);
    return lines;
  }
}
