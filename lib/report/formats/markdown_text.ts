/** A cell of a table: plain text, code in it, or a number, which stands on the right. */
export type Cell = string | { code: string } | { number: string };

/**
 * A table of GitHub Flavored Markdown (https://github.github.com/gfm/#tables-extension-).
 *
 * @param heads The titles of the columns.
 * @param rows The rows. A column is on the right where the first row has a number in it.
 * @returns Lines.
 */
export function markdownTable(
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const marks = heads.map((_, i) => isNumber(rows[0]?.[i]) ? "---:" : "---");
  return [line(heads), line(marks), ...rows.map((row) => line(row.map(cellText)))];
}

function isNumber(cell: Cell | undefined): boolean {
  return typeof cell === "object" && "number" in cell;
}

function cellText(cell: Cell): string {
  if (typeof cell === "string") return plainText(cell);
  return "number" in cell ? cell.number : codeCell(cell.code);
}

/** Characters that mean something to Markdown. */
const MARKS = /[\\`*_{}[\]<>()#+.!|~&-]/g;

/** Text that Markdown shows as it is. */
export function plainText(text: string): string {
  return oneLine(text).replace(/[\\`*_[\]<>|~&]/g, (mark) => `\\${mark}`);
}

/** Code that Markdown shows as it is, in a line of text. */
export function codeText(code: string): string {
  const text = oneLine(code);
  const runs = text.match(/`+/g) ?? [];
  const fence = "`".repeat(runs.reduce((most, run) => Math.max(most, run.length + 1), 1));
  // Markdown takes one space away at both ends where both have one.
  const space = /^`|`$|^ .* $/.test(text) || text === "" ? " " : "";
  return `${fence}${space}${text}${space}${fence}`;
}

/** In a table a bar ends the cell, in code too, unless one backslash is before it. */
function codeCell(code: string): string {
  const text = oneLine(code);
  if (!/\\\|/.test(text)) return codeText(text).replaceAll("|", "\\|");
  // Readers differ on a backslash before that one, so references stand for the characters.
  return `<code>${text.replace(MARKS, (mark) => `&#${mark.charCodeAt(0)};`)}</code>`;
}

/** Line breaks would end a line of the report, and no reader sees other control characters. */
export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex -- these are what is meant
  return text.replace(/[\0-\x1f\x7f\u2028\u2029]+/g, " ");
}

/** Characters of a line of code that are shown. */
const CODE_LENGTH = 120;

/**
 * A line of code, without the space around it; of a long one, as minifiers write, the part around a column.
 *
 * @param line The line.
 * @param column Counted from 1.
 */
export function codeExcerpt(line: string, column = 1): string {
  const text = oneLine(line).trimEnd();
  const indent = text.length - text.trimStart().length;
  if (text.length - indent <= CODE_LENGTH) return text.slice(indent);
  const last = text.length - CODE_LENGTH;
  const start = Math.max(indent, Math.min(last, column - 1 - (CODE_LENGTH >> 2)));
  const end = start + CODE_LENGTH;
  // Half a character beyond the BMP would be none.
  const part = text.slice(start, end).replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
  return `${start > indent ? "…" : ""}${part}${end < text.length ? "…" : ""}`;
}
