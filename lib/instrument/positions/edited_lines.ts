import { lastUpTo, type LineStarts } from "../../source/line_starts.ts";

/**
 * The places of a text's edits, as columns of a table in ascending order. No edit crosses the end
 * of a line.
 */
export interface EditPlaces {
  /** Offset of each edit in the old text. */
  starts: Uint32Array;
  /** Number of code units that each removes there. */
  removed: Uint32Array;
  /** Number of code units that each inserts there. */
  added: Uint32Array;
}

/** One edit, in columns of its line. */
export interface LineEdit {
  /** Where it starts in the old line. */
  column: number;
  /** Where it ends in the old line, exclusive. */
  end: number;
  /** Where it starts in the new line. */
  newColumn: number;
  /** Where it ends in the new line, exclusive. */
  newEnd: number;
}

/**
 * Maps columns of an edited text to columns of the old one. Edits add and remove no lines, so the
 * lines have the same numbers. Lines and columns count from 0.
 */
export class EditedLines {
  readonly #lines: LineStarts;
  readonly #places: EditPlaces;
  /** The line of the last question, and the index of the first edit in that line or behind it. */
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

  /** Number of lines. */
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
    // Most lines have no edit.
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

  /** Returns the first line with edits, beginning with this one; `count` where there is none. */
  nextEdited(line: number): number {
    const { starts } = this.#places;
    const edit = this.#firstEdit(line, this.#lines.offsets[line] ?? Infinity);
    if (edit >= starts.length) return this.count;
    return this.#lastLine = this.#lines.lineAt(starts[edit]!);
  }

  #firstEdit(line: number, start: number): number {
    const { starts } = this.#places;
    let edit = this.#lastEdit;
    // mapEdits() asks for the lines in order, so the edit is near the last one.
    const isNext = line === this.#lastLine || line === this.#lastLine + 1;
    if (!isNext) edit = lastUpTo(starts, start - 1) + 1;
    else while (starts[edit]! < start) edit++;
    this.#lastLine = line;
    this.#lastEdit = edit;
    return edit;
  }

  /**
   * Returns the old column of a column of the new text. All columns of inserted code have the
   * column where it was inserted.
   */
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
