import { lastUpTo, type LineStarts } from "../../source/line_starts.ts";

/** Edits of a text, by their places in it and in ascending order; none crosses the end of a line. */
export interface EditPlaces {
  /** The offset of each. */
  starts: Uint32Array;
  /** How many code units each takes out from there. */
  removed: Uint32Array;
  /** How many each puts there. */
  added: Uint32Array;
}

/** An edit in its line. */
export interface LineEdit {
  /** Where it starts in the old line. */
  column: number;
  /** Where the old line goes on behind it. */
  end: number;
  /** The same two in the new line. */
  newColumn: number;
  newEnd: number;
}

/**
 * Where the columns of an edited text come from; its lines are those of the old one. All count from
 * 0.
 */
export class EditedLines {
  readonly #lines: LineStarts;
  readonly #places: EditPlaces;
  /** The line that was asked for last, and its first edit or the one that follows. */
  #lastLine = -1;
  #lastEdit = 0;

  /**
   * @param lines The lines of the old text.
   * @param places The edits.
   */
  constructor(lines: LineStarts, places: EditPlaces) {
    this.#lines = lines;
    this.#places = places;
  }

  /** How many lines there are. */
  get count(): number {
    return this.#lines.offsets.length;
  }

  /** A line of the old text. */
  textOf(source: string, line: number): string {
    return source.slice(this.#lines.offsets[line], this.#lines.offsets[line + 1]);
  }

  /** The edits of a line, from left to right. */
  editsOf(line: number): readonly LineEdit[] {
    const { starts, removed, added } = this.#places;
    const start = this.#lines.offsets[line] ?? Infinity;
    const next = this.#lines.offsets[line + 1] ?? Infinity;
    let index = this.#firstEdit(line, start);
    // As most are.
    if (!(starts[index]! < next)) return NONE;
    const edits: LineEdit[] = [];
    let shift = 0;
    for (; starts[index]! < next; index++) {
      const column = starts[index]! - start;
      const newColumn = column + shift;
      const newEnd = newColumn + added[index]!;
      edits.push({ column, end: column + removed[index]!, newColumn, newEnd });
      shift += added[index]! - removed[index]!;
    }
    return edits;
  }

  /** The first line from one on that has edits; `count` where there is none. */
  nextEdited(line: number): number {
    const { starts } = this.#places;
    const edit = this.#firstEdit(line, this.#lines.offsets[line] ?? Infinity);
    if (edit >= starts.length) return this.count;
    return this.#lastLine = this.#lines.lineAt(starts[edit]!);
  }

  #firstEdit(line: number, start: number): number {
    const { starts } = this.#places;
    let edit = this.#lastEdit;
    // Whoever asks for all lines asks for one after the other.
    const isNext = line === this.#lastLine || line === this.#lastLine + 1;
    if (!isNext) edit = lastUpTo(starts, start - 1) + 1;
    else while (starts[edit]! < start) edit++;
    this.#lastLine = line;
    this.#lastEdit = edit;
    return edit;
  }

  /** The column that one of the new text comes from; what was put in comes from where it was put. */
  originalColumn(line: number, column: number): number {
    let shift = 0;
    for (const edit of this.editsOf(line)) {
      if (column < edit.newColumn) break;
      if (column < edit.newEnd) return edit.column;
      shift = edit.end - edit.newEnd;
    }
    return column + shift;
  }
}

const NONE: readonly LineEdit[] = [];
