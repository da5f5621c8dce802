import type { EditedLines, LineEdit } from "./edited_lines.ts";
import {
  decodedMappings,
  type Segment,
  type SourceMap,
  type TraceMap,
} from "../../source/libraries.js";
import { Mappings } from "./mappings.ts";

/** A text that was edited. */
export interface EditedText {
  /** Its address. */
  url: string;
  /** The text before. */
  source: string;
  /** Its lines. */
  lines: EditedLines;
  /** The map that came with it, to what its author wrote. */
  before: TraceMap | undefined;
}

/**
 * The source map from an edited text to what its author wrote.
 *
 * @param everyWord Whether every word has its place, for runtimes that give each frame of a stack the
 * nearest place in front of it; else lines and edits have one.
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

/** Moves the segments of a line to where its edits move what they are of; edits belong to what they stand at. */
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

/** The same, and all words of the line and what stands between them. */
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
  // Who finds nothing in a line looks in those above.
  if (mappings.isLineEmpty) mappings.add(0, line, 0);
}

const [SPACE, WORD, OTHER] = [0, 1, 2];
const PARENTHESIS = "(".charCodeAt(0);

/** Words are of letters, digits, `_`, `$`, and all that is not ASCII; spaces are nobody's place. */
function kindOf(code: number): number {
  return code > 127 ? WORD : KINDS[code]!;
}

const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /\s/.test(character) ? SPACE : /[\w$]/.test(character) ? WORD : OTHER;
});
