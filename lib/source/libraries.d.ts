/*
 * The parts of the bundled libraries that this package uses; bundles/deno.json names their versions.
 */

/** acorn: a parser of one text; plugins are subclasses. */
export class Parser {
  constructor(options: {
    ecmaVersion: "latest";
    sourceType: "module" | "script";
    allowHashBang: boolean;
    allowReturnOutsideFunction: boolean;
    allowSuperOutsideMethod: boolean;
    checkPrivateFields: boolean;
    locations: boolean;
  }, source: string);
  /** Parses a program; throws a `SyntaxError` where it is none. */
  parse(): { type: "Program"; start: number; end: number };
  /** Parses the body of a function whose parameters have been parsed. */
  parseFunctionBody(node: { type: string; start: number; end: number }, ...rest: unknown[]): void;
}

/** A source map, version 3. */
export interface SourceMap {
  version: number;
  file?: string | null;
  sourceRoot?: string | null;
  sources: (string | null)[];
  sourcesContent?: (string | null)[];
  names: string[];
  mappings: string;
}

/**
 * @jridgewell/sourcemap-codec: a column of a new text, and its source, line, column and name in the
 * old one.
 */
export type Segment =
  | [number]
  | [number, number, number, number]
  | [number, number, number, number, number];

/** @jridgewell/sourcemap-codec: writes the segments of each line as text. */
export function encode(lines: readonly (readonly (Segment | [number])[])[]): string;

/** @jridgewell/trace-mapping: a map prepared for look-ups. */
export class TraceMap {
  constructor(map: SourceMap);
  file?: string | null;
  names: string[];
  sourceRoot?: string | null;
  sources: (string | null)[];
  sourcesContent?: (string | null)[];
}

/** The segments of each line of the new text. */
export function decodedMappings(map: TraceMap): readonly (readonly Segment[])[];

/** Asks for the segment at a position or behind it, instead of at it or in front of it. */
export const LEAST_UPPER_BOUND: 1;

/**
 * Returns the position in the old text of one in the new text; lines count from 1, columns from 0.
 */
export function originalPositionFor(
  map: TraceMap,
  position: { line: number; column: number; bias?: typeof LEAST_UPPER_BOUND },
): { source: string | null; line: number | null; column: number | null };

/** picomatch: makes a test of one or more glob patterns. */
export function picomatch(
  patterns: readonly string[],
  options: { dot: boolean; nonegate: boolean; windows: boolean },
): (text: string) => boolean;
