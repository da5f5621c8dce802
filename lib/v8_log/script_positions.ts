import { LEAST_UPPER_BOUND, originalPositionFor, type TraceMap } from "../instrument/libraries.js";
import { LineStarts } from "../instrument/line_starts.ts";
import { type MappedSource, splitInlineMap } from "../instrument/source_positions.ts";
import type { SourceKind } from "../instrument/syntax_tree.ts";
import { type FunctionNames, functionNames, type NamedFunction } from "../source/function_names.ts";
import { sourceName } from "../symbol_name.ts";
import type { CodePosition } from "./code_frame.ts";

/** A place in the source that the author wrote. */
export interface SourcePlace extends CodePosition {
  /** Path, or URL. */
  file: string;
}

/** Larger scripts are not parsed: their functions have V8's names. In UTF-16 code units. */
const MAX_PARSED = 32 << 20;

const NO_NAMES: FunctionNames = {
  functions: new Map(),
  initializers: { instance: new Map(), static: new Map() },
};

/** What a script's text says of offsets in it: the functions that start there, and lines of the original source. */
export class ScriptPositions {
  readonly #url: string;
  readonly #lines: LineStarts;
  readonly #map: TraceMap | undefined;
  readonly #files = new Map<string, string>();
  #source: string | undefined;
  #names: FunctionNames | undefined;
  /** How long the text is without its source map, in UTF-16 code units. */
  readonly length: number;

  /**
   * @param text The script as V8 ran it, with or without an inline source map.
   * @param url Where it is from.
   * @param emitted The text with the map that the runtime took out before V8 got it. One of another text is ignored.
   */
  constructor(text: string, url: string, emitted?: string) {
    const { source, map } = emitted === undefined
      ? splitInlineMap(text)
      : splitEmitted(text, emitted);
    this.#url = url;
    this.#source = source;
    this.#lines = new LineStarts(source);
    this.#map = map;
    this.length = source.length;
  }

  /**
   * The function whose parameters start at an offset.
   *
   * @param start The offset that V8 gives.
   * @param v8Name V8's name, which tells initialisers of classes apart.
   */
  functionAt(start: number, v8Name: string): NamedFunction | undefined {
    const { functions, initializers } = this.#names ??= this.#parse();
    if (v8Name === "<instance_members_initializer>") return initializers.instance.get(start);
    if (v8Name === "<static_initializer>") return initializers.static.get(start);
    return functions.get(start) ?? initializers.instance.get(start) ??
      initializers.static.get(start);
  }

  /** The place of an offset in the original source. */
  placeOf(offset: number): SourcePlace {
    const line = this.#lines.lineAt(offset);
    const column = offset - this.#lines.offsets[line]!;
    const own = { file: sourceName(this.#url), line: line + 1, column: column + 1 };
    if (this.#map === undefined) return own;
    const position = { line: line + 1, column };
    const before = originalPositionFor(this.#map, position);
    // What the compiler made, such as the function around a namespace, has no position itself.
    const found = before.line === null
      ? originalPositionFor(this.#map, { ...position, bias: LEAST_UPPER_BOUND })
      : before;
    if (found.line === null) return own;
    return {
      file: this.#fileOf(found.source),
      line: found.line,
      column: (found.column ?? 0) + 1,
    };
  }

  /** Sources in a map are relative to the script. */
  #fileOf(source: string | null): string {
    if (source === null || source === "") return sourceName(this.#url);
    let file = this.#files.get(source);
    if (file === undefined) this.#files.set(source, file = resolveSource(source, this.#url));
    return file;
  }

  #parse(): FunctionNames {
    const source = this.#source!;
    this.#source = undefined;
    if (source.length > MAX_PARSED) return NO_NAMES;
    for (const kind of kindsOf(source)) {
      try {
        return functionNames(source, kind);
      } catch {
        // The next kind may fit. Deep nesting can overflow the stack, too: V8's own names will do.
      }
    }
    return NO_NAMES;
  }
}

/** The map is of a text that may have changed since the program ran: only equal texts have equal positions. */
function splitEmitted(text: string, emitted: string): MappedSource {
  const own = splitInlineMap(text);
  if (own.map !== undefined) return own;
  const { source, map } = splitInlineMap(emitted);
  return source.trimEnd() === text.trimEnd() ? { source: text, map } : own;
}

/** Kinds of source to try in turn: words of modules in front of others. */
function kindsOf(source: string): SourceKind[] {
  return /(?:^|[;\s}])(?:import\b\s*[\w{*"'.(]|export\b\s*[\w{*])/.test(source)
    ? ["module", "commonjs"]
    : ["commonjs", "module"];
}

function resolveSource(source: string, url: string): string {
  const base = url.startsWith("/") ? `file://${url}` : url;
  try {
    return sourceName(new URL(source, base).href);
  } catch {
    return source;
  }
}
