import { LINE_END } from "../../source/line_starts.ts";
import type { Recording } from "../recording.ts";

/** The ways in which an expression can use a property. */
export interface Access {
  /** Whether the property's name is computed: `a[b]`. */
  isKeyed: boolean;
  /** Whether the property is set. */
  isStore: boolean;
  /** Whether the property is called: `a.b()`. */
  isCall: boolean;
}

/** The access that a builtin is for. It does not know whether the property is called afterwards. */
export type BuiltinAccess = Omit<Access, "isCall">;

/** Whether two accesses use V8's same builtins: a method is loaded as any other property is. */
export function isSameAccess(one: Access, other: BuiltinAccess): boolean {
  return one.isKeyed === other.isKeyed && one.isStore === other.isStore;
}

/** An assignment, but no comparison. */
const ASSIGNMENT = /^\s*(?:[-+*/%&|^]|\*\*|<<|>>>?|&&|\|\||\?\?)?=(?![=>])/;

/** The arguments of a call behind its callee, which TypeScript may write with `!` and types. */
const ARGUMENTS = /^\s*!?\s*(?:\?\.\s*)?(?:<[^()]*>\s*)?[(`]/;

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
      if (/\.\s*#?[\w$]+\s*$/.test(before)) return { isKeyed: false, isStore: true, isCall: false };
      return /\]\s*$/.test(before) ? { isKeyed: true, isStore: true, isCall: false } : undefined;
    }
    if (/^\??\.?\[/.test(from)) {
      return { isKeyed: true, isStore: false, isCall: ARGUMENTS.test(behindBrackets(from)) };
    }
    const [name] = /^#?[\w$]+/.exec(from) ?? [];
    if (name === undefined || !/\.\s*$/.test(before)) return undefined;
    const behind = from.slice(name.length);
    return { isKeyed: false, isStore: ASSIGNMENT.test(behind), isCall: ARGUMENTS.test(behind) };
  }

  #linesOf(file: string): readonly string[] | undefined {
    const known = this.#lines.get(file);
    if (known !== undefined) return known;
    const lines = this.#sources?.get(file)?.split(LINE_END);
    if (lines !== undefined) this.#lines.set(file, lines);
    return lines;
  }
}

/** The text behind the bracket that closes the first one; empty where none does. */
function behindBrackets(text: string): string {
  let depth = 0;
  for (const { 0: bracket, index } of text.matchAll(/[[\]]/g)) {
    depth += bracket === "[" ? 1 : -1;
    if (depth === 0) return text.slice(index + 1);
  }
  return "";
}
