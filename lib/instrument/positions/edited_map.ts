import type { EditedLines, LineEdit } from "./edited_lines.ts";
import {
  decodedMappings,
  type Segment,
  type SourceMap,
  type TraceMap,
} from "../../source/libraries.js";
import { Mappings } from "./mappings.ts";

/** A text and its edits, for {@linkcode mapEdits}. */
export interface EditedText {
  /** Its address. */
  url: string;
  /** The text before the edits. */
  source: string;
  /** Maps its columns. */
  lines: EditedLines;
  /** The source map that came with the text; it leads to the author's text. */
  before: TraceMap | undefined;
}

/**
 * Makes the source map from an edited text to the author's text.
 *
 * @param everyWord Whether each word has a segment. Runtimes that look frames of a stack up in the
 * map need that, since they take the nearest segment in front. Otherwise lines and edits have
 * segments.
 */
export function mapEdits(
  { url, source, lines, before }: EditedText,
  everyWord: boolean,
): SourceMap {
  const mappings = new Mappings();
  const decoded = before && decodedMappings(before);
  for (let line = 0; line < lines.count; line++) {
    if (decoded === undefined && !everyWord) {
      const next = lines.nextEdited(line);
      mappings.addLines(line, next);
      if (next === lines.count) break;
      line = next;
    }
    const edits = lines.editsOf(line);
    if (decoded !== undefined) moveSegments(decoded[line] ?? [], edits, mappings);
    else if (everyWord) mapWords(lines.textOf(source, line), { line, edits, mappings });
    else mapPieces({ line, edits, mappings });
    mappings.endLine();
  }
  const text = String(mappings);
  if (before === undefined) return { version: 3, sources: [url], names: [], mappings: text };
  const { file, sourceRoot, sources, sourcesContent, names } = before;
  return { version: 3, file, sourceRoot, sources, sourcesContent, names, mappings: text };
}

/**
 * Shifts the segments of a line by the edits in front of them. Inserted code gets the segment of
 * the place where it stands.
 */
function moveSegments(
  segments: readonly Segment[],
  edits: readonly LineEdit[],
  mappings: Mappings,
): void {
  let next = 0;
  let last: Segment | undefined;
  let shift = 0;
  for (const { column, end, newColumn, newEnd } of edits) {
    while (next < segments.length && segments[next]![0] < column) {
      last = segments[next++]!;
      addSegment(last, last[0] + shift, mappings);
    }
    addSegment(segments[next]?.[0] === column ? segments[next] : last, newColumn, mappings);
    while (next < segments.length && segments[next]![0] < end) last = segments[next++]!;
    if (segments[next]?.[0] !== end) addSegment(last, newEnd, mappings);
    shift = newEnd - end;
  }
  for (; next < segments.length; next++) {
    addSegment(segments[next], segments[next]![0] + shift, mappings);
  }
}

function addSegment(segment: Segment | undefined, newColumn: number, mappings: Mappings): void {
  if (segment === undefined) return;
  if (segment.length === 1) return mappings.addUnmapped(newColumn);
  mappings.add(newColumn, segment[2], segment[3], segment[1]);
  if (segment.length === 5) mappings.addName(segment[4]);
}

interface EditedLine {
  line: number;
  edits: readonly LineEdit[];
  mappings: Mappings;
}

/** Maps the start of a line and both ends of its edits. */
function mapPieces({ line, edits, mappings }: EditedLine): void {
  mappings.add(0, line, 0);
  for (const { column, end, newColumn, newEnd } of edits) {
    mappings.add(newColumn, line, column);
    mappings.add(newEnd, line, end);
  }
}

/** Maps both ends of a line's edits, its words, and the runs of other characters between them. */
function mapWords(text: string, { line, edits, mappings }: EditedLine): void {
  let column = 0;
  let shift = 0;
  for (let i = 0; i <= edits.length; i++) {
    const edit = edits[i];
    const border = edit?.column ?? text.length;
    let last = SPACE;
    for (; column < border; column++) {
      const code = text.charCodeAt(column);
      const kind = kindOf(code);
      // V8 places some calls at their parenthesis, as in `f()()` and `f?.()`.
      if ((kind !== last && kind !== SPACE) || code === PARENTHESIS) {
        mappings.add(column + shift, line, column);
      }
      last = kind;
    }
    if (edit === undefined) break;
    mappings.add(edit.newColumn, line, edit.column);
    column = edit.end;
    shift = edit.newEnd - edit.end;
    mappings.add(edit.newEnd, line, edit.end);
  }
  // A reader that finds no segment in a line takes one of a line above, so an empty line needs one.
  if (mappings.isLineEmpty) mappings.add(0, line, 0);
}

const [SPACE, WORD, OTHER] = [0, 1, 2];
const PARENTHESIS = "(".charCodeAt(0);

/**
 * The kind of a character. Words consist of letters, digits, `_`, `$` and all characters beyond
 * ASCII. Spaces get no segment.
 */
function kindOf(code: number): number {
  return code > 127 ? WORD : KINDS[code]!;
}

const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /\s/.test(character) ? SPACE : /[\w$]/.test(character) ? WORD : OTHER;
});
