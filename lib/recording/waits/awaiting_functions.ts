import { functionNames, type NamedFunction } from "../../source/function_names.ts";
import { LineStarts } from "../../source/line_starts.ts";
import { splitInlineMap } from "../../source/source_positions.ts";
import { withoutMark } from "../../source/loaded_source.ts";
import { blankTypes } from "../../source/type_stripping.ts";
import type { WaitFrame } from "./wait.ts";
import type { WaitLog } from "./wait_log.ts";

/** The longest file that is parsed, in UTF-16 code units. */
const LONGEST = 4 << 20;

/**
 * Names the functions of awaits as other reports do: `outer.inner`, `Class.method`, and `<module>` for
 * a module's body. V8's stacks have the innermost name only, and none for a module. Files that cannot be
 * read or parsed keep V8's names.
 *
 * @param log The awaits, whose frames are changed.
 * @param sourceOf Reads the text of a source file; `undefined` where that cannot be read.
 */
export function nameFunctions(
  { waits }: Pick<WaitLog, "waits">,
  sourceOf: (file: string) => string | undefined,
): void {
  const files = new Map<string, FunctionRanges | undefined>();
  for (const stack of new Set(waits.map(({ stack }) => stack))) {
    for (const frame of stack) {
      const [, file, line, column] = frame;
      if (!files.has(file)) files.set(file, rangesOf(file, sourceOf(file)));
      const found = files.get(file)?.at(line, column);
      if (found !== undefined) rename(frame, found);
    }
  }
}

function rename(frame: WaitFrame, { name, offset }: NamedFunction): void {
  frame[0] = name;
  frame[4] = offset;
}

function rangesOf(file: string, text: string | undefined): FunctionRanges | undefined {
  if (text === undefined || text.length > LONGEST) return undefined;
  const { source } = splitInlineMap(withoutMark(text));
  const script = /\.[cm]?tsx?$/.test(file) ? blankTypes(source) : source;
  if (script === undefined) return undefined;
  for (const kind of ["module", "commonjs"] as const) {
    try {
      return new FunctionRanges(script, [...functionNames(script, kind).functions.values()]);
    } catch {
      // The other kind may fit.
    }
  }
  return undefined;
}

const MODULE: NamedFunction = { name: "<module>", offset: 0 };

/** The functions of a text, by the places in them. */
class FunctionRanges {
  readonly #lines: LineStarts;
  readonly #functions: readonly NamedFunction[];

  constructor(text: string, functions: readonly NamedFunction[]) {
    this.#lines = new LineStarts(text);
    // An arrow function is there twice.
    this.#functions = [...new Set(functions)].sort((a, b) => a.offset - b.offset);
  }

  /** The innermost function at a place, counted from 1; the module's body where there is none. */
  at(line: number, column: number): NamedFunction | undefined {
    const start = this.#lines.offsets[line - 1];
    if (start === undefined) return undefined;
    const offset = start + column - 1;
    let innermost = MODULE;
    for (const fn of this.#functions) {
      if (fn.offset > offset) break;
      if (fn.end !== undefined && fn.end > offset) innermost = fn;
    }
    return innermost;
  }
}
