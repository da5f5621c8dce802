import { LEAST_UPPER_BOUND, originalPositionFor, type TraceMap } from "../source/libraries.js";
import { LineStarts } from "../source/line_starts.ts";
import { type MappedSource, splitInlineMap } from "../source/source_positions.ts";
import { sourceName } from "../base/symbol_name.ts";
import type { CodePosition } from "./code_frame.ts";

/** A place in the source that the author wrote. */
export interface SourcePlace extends CodePosition {
  /** Path, or URL. */
  file: string;
}

/** The origin of a script. */
export interface ScriptOrigin {
  /** Its URL. */
  url: string;
  /** The file that stands in names. */
  file: string;
  /**
   * The text with the map that the runtime removed before V8 got it. Ignored if it is another text.
   */
  emitted?: string;
}

/** Finds the places in the original source that offsets in a script come from. */
export class ScriptPositions {
  readonly #url: string;
  readonly #file: string;
  readonly #lines: LineStarts;
  readonly #map: TraceMap | undefined;
  readonly #files = new Map<string, string>();
  /** Length of the text without its source map, in UTF-16 code units. */
  readonly length: number;
  /** About how much memory this takes, in bytes. */
  readonly size: number;

  /**
   * @param text The script as V8 ran it, with or without an inline source map.
   * @param origin The script's origin.
   */
  constructor(text: string, { url, file, emitted }: ScriptOrigin) {
    const { source, map } = emitted === undefined
      ? splitInlineMap(text)
      : splitEmitted(text, emitted);
    this.#url = url;
    this.#file = file;
    this.#lines = new LineStarts(source);
    this.#map = map;
    this.length = source.length;
    // Decoded, a map takes several times as much as its text.
    this.size = this.#lines.offsets.length * 8 + 1000 + (map === undefined ? 0 : 4 * source.length);
  }

  /** Returns the place of an offset in the original source. */
  placeOf(offset: number): SourcePlace {
    const line = this.#lines.lineAt(offset);
    const column = offset - this.#lines.offsets[line]!;
    const own = { file: this.#file, line: line + 1, column: column + 1 };
    if (this.#map === undefined) return own;
    const position = { line: line + 1, column };
    const before = originalPositionFor(this.#map, position);
    // Code that a compiler added, such as the function around a namespace, has no position itself.
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

  /**
   * The text of a source in the script's map.
   *
   * @param file As {@linkcode placeOf} names it.
   * @returns `undefined` where no map has it: of a script without a map, the file is the script's own text.
   */
  mappedText(file: string): string | undefined {
    const { sources = [], sourcesContent = [] } = this.#map ?? {};
    const index = sources.findIndex((source) => this.#fileOf(source) === file);
    return sourcesContent?.[index] ?? undefined;
  }

  /** Whether positions are those of the script's own text. */
  get isUnmapped(): boolean {
    return this.#map === undefined;
  }

  /** Sources in a map are relative to the script. */
  #fileOf(source: string | null): string {
    if (source === null || source === "") return this.#file;
    let file = this.#files.get(source);
    if (file === undefined) this.#files.set(source, file = resolveSource(source, this.#url));
    return file;
  }
}

/**
 * Takes the map from the emitted text, if that text is the script's. The module may have changed
 * since the program ran, and then the map does not fit.
 */
function splitEmitted(text: string, emitted: string): MappedSource {
  const own = splitInlineMap(text);
  if (own.map !== undefined) return own;
  const { source, map } = splitInlineMap(emitted);
  return source.trimEnd() === text.trimEnd() ? { source: text, map } : own;
}

function resolveSource(source: string, url: string): string {
  const base = url.startsWith("/") ? `file://${url}` : url;
  try {
    return sourceName(new URL(source, base).href);
  } catch {
    return source;
  }
}
