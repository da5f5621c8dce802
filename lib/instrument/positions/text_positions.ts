import type { EditedLines } from "./edited_lines.ts";
import { originalPositionFor, type TraceMap } from "../../source/libraries.js";

/** A position in a text; lines and columns count from 1, as in stacks. */
export interface Position {
  line: number;
  column: number;
}

/** Maps positions of an edited text back to the text before the edits, and to the author's text. */
export class TextPositions {
  readonly #lines: EditedLines;
  readonly #before: TraceMap | undefined;

  /**
   * @param lines Maps the columns of the edited text.
   * @param before The source map that came with the text before the edits; it leads to the author's
   * text.
   */
  constructor(lines: EditedLines, before: TraceMap | undefined) {
    this.#lines = lines;
    this.#before = before;
  }

  /**
   * Whether the text before the edits had a source map, so that the author's text is another one.
   */
  get hasMap(): boolean {
    return this.#before !== undefined;
  }

  /** Returns the position in the text before the edits. */
  beforeEdits({ line, column }: Position): Position {
    return { line, column: this.#lines.originalColumn(line - 1, column - 1) + 1 };
  }

  /** Returns the position in the author's text, or that before the edits where no map has it. */
  original(position: Position): Position {
    const edited = this.beforeEdits(position);
    if (this.#before === undefined) return edited;
    const { line, column } = edited;
    const found = originalPositionFor(this.#before, { line, column: column - 1 });
    return found.line === null || found.column === null
      ? edited
      : { line: found.line, column: found.column + 1 };
  }
}
