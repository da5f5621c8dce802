import type { EditedLines } from "./edited_lines.ts";
import { originalPositionFor, type TraceMap } from "../../source/libraries.js";

/** A position in a text; lines and columns count from 1, as in stacks. */
export interface Position {
  line: number;
  column: number;
}

/** Where positions in an edited text come from. */
export class TextPositions {
  readonly #lines: EditedLines;
  readonly #before: TraceMap | undefined;

  /**
   * @param lines The lines of the text.
   * @param before The map that came with the text as it was before, to what its author wrote.
   */
  constructor(lines: EditedLines, before: TraceMap | undefined) {
    this.#lines = lines;
    this.#before = before;
  }

  /** Whether what the author wrote is another text. */
  get hasMap(): boolean {
    return this.#before !== undefined;
  }

  /** The position in the text as it was before the edits. */
  beforeEdits({ line, column }: Position): Position {
    return { line, column: this.#lines.originalColumn(line - 1, column - 1) + 1 };
  }

  /** The position in what the author wrote; that before the edits, where nobody knows. */
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
