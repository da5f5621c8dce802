/*
 * What this package uses of the bundled libraries; scripts/build_libraries.ts names their versions.
 */

/** acorn: parses a program; throws a `SyntaxError` where it is none. */
export function parse(source: string, options: {
  ecmaVersion: "latest";
  sourceType: "module" | "script";
  allowHashBang: boolean;
  allowReturnOutsideFunction: boolean;
  allowSuperOutsideMethod: boolean;
  checkPrivateFields: boolean;
  locations: boolean;
}): { type: "Program"; start: number; end: number };

/** A source map, version 3. */
export interface SourceMap {
  version: number;
  file?: string | null;
  sources: (string | null)[];
  sourcesContent?: (string | null)[];
  names: string[];
  mappings: string;
}

/** magic-string: edits of a text, and the source map from the new text to the old one. */
export class MagicString {
  constructor(source: string);
  appendLeft(index: number, text: string): this;
  overwrite(start: number, end: number, text: string): this;
  slice(start: number, end: number): string;
  generateMap(options: { source: string; includeContent: boolean; hires: "boundary" }): SourceMap;
  toString(): string;
}

/** @jridgewell/remapping: composes source maps; the loader gives the map of a source, if it has one. */
export function remapping(map: SourceMap, loader: (source: string) => SourceMap | null): SourceMap;

/** @jridgewell/trace-mapping: a map prepared for look-ups. */
export class TraceMap {
  constructor(map: SourceMap);
}

/** Asks for the position behind, where there is none in front on the same line. */
export const LEAST_UPPER_BOUND: 1;

/** Where a position of the new text comes from; lines count from 1, columns from 0. */
export function originalPositionFor(
  map: TraceMap,
  position: { line: number; column: number; bias?: typeof LEAST_UPPER_BOUND },
): { source: string | null; line: number | null; column: number | null };

/** picomatch: makes a test of one or more glob patterns. */
export function picomatch(
  patterns: readonly string[],
  options: { dot: boolean; nonegate: boolean; windows: boolean },
): (text: string) => boolean;
