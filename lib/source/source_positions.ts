import { Buffer } from "node:buffer";

import { LEAST_UPPER_BOUND, originalPositionFor, type SourceMap, TraceMap } from "./libraries.js";
import type { LineStarts } from "./line_starts.ts";

/** The comment that carries a source map in a `data:` URL, at the end of a text. */
const INLINE_MAP =
  /\n?\/\/[#@] sourceMappingURL=data:application\/json[^,\n]*;base64,([A-Za-z0-9+/=]+)\s*$/;

/** A source text and the map that came with it. */
export interface MappedSource {
  /** The text without the map's comment. */
  source: string;
  /** Leads from this text to the author's text; `undefined` where they are the same. */
  map: TraceMap | undefined;
}

/** Takes the inline source map off a text. A map that cannot be parsed stays in the text. */
export function splitInlineMap(text: string): MappedSource {
  // The regular expression is for the last line only: a long one before it would be slow.
  const from = text.lastIndexOf("sourceMappingURL=");
  const match = from < 0 ? null : INLINE_MAP.exec(text.slice(Math.max(0, from - 5)));
  if (match === null) return { source: text, map: undefined };
  try {
    const json = Buffer.from(match[1]!, "base64").toString();
    const map: unknown = JSON.parse(json);
    if (!isSourceMap(map)) return { source: text, map: undefined };
    // The first look-up decodes the mappings, so it throws if they have characters of no map.
    const traceMap = new TraceMap(map);
    originalPositionFor(traceMap, { line: 1, column: 0 });
    return { source: text.slice(0, Math.max(0, from - 5) + match.index), map: traceMap };
  } catch {
    return { source: text, map: undefined };
  }
}

/** Whether a value is a source map without sections, as every compiler writes it. */
function isSourceMap(value: unknown): value is SourceMap {
  if (typeof value !== "object" || value === null) return false;
  const { version, mappings, sources, names, sourcesContent, sourceRoot } = value as Partial<
    Record<keyof SourceMap | "sourceRoot", unknown>
  >;
  return version === 3 && typeof mappings === "string" &&
    isTextList(sources) && isTextList(names) &&
    (sourcesContent === undefined || isTextList(sourcesContent)) &&
    (sourceRoot === undefined || sourceRoot === null || typeof sourceRoot === "string");
}

/** Whether a value is a list of texts. An unknown source or content is `null`. */
function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => item === null || typeof item === "string");
}

/** The comment that carries a source map. */
export function formatInlineMap(map: SourceMap): string {
  const base64 = Buffer.from(JSON.stringify(map)).toString("base64");
  return `\n//# sourceMappingURL=data:application/json;base64,${base64}\n`;
}

/** Finds the line of an offset in the author's text. */
export class LineFinder {
  readonly #lines: LineStarts;
  readonly #map: TraceMap | undefined;

  /**
   * @param lines The lines of the text that the offsets count in.
   * @param map The source map that leads from that text to the author's.
   */
  constructor(lines: LineStarts, map: TraceMap | undefined) {
    this.#lines = lines;
    this.#map = map;
  }

  /** The line at an offset, counted from 1. */
  lineAt(offset: number): number {
    const line = this.#lines.lineAt(offset);
    if (this.#map === undefined) return line + 1;
    const position = { line: line + 1, column: offset - this.#lines.offsets[line]! };
    // Code that a compiler added, such as the function around a namespace, has no position itself.
    return originalPositionFor(this.#map, position).line ??
      originalPositionFor(this.#map, { ...position, bias: LEAST_UPPER_BOUND }).line ?? line + 1;
  }
}
