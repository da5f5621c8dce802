import type { Frame } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import type { Cause } from "../causes/cause.ts";
import type { PageExcerpt, PagePiece, PageSource } from "./page_data.ts";
import { LINE_END } from "../../source/line_starts.ts";

/** Characters of a file that is embedded whole. */
const WHOLE = 100_000;

/** Lines that an excerpt has around each line that ran. */
const CONTEXT = 12;

/** Characters of a line that is embedded whole; minified files have all their code on one. */
const LINE = 400;

/** Characters of a longer line in front of and behind each column that ran. */
const BEFORE_COLUMN = 60;
const BEHIND_COLUMN = 240;

/** The columns that ran, by line; none where a function begins. */
type RanLines = Map<number, Set<number>>;

/**
 * The texts of the files that samples ran in. Of a large file, only the lines around those that ran
 * and around the beginnings of their functions are kept; of a long line, the columns that ran.
 *
 * @param recording The stacks, and the texts.
 * @param fileId The index of a file in the page.
 * @param causes Causes, whose lines are kept too. @default {[]}
 */
export function pageSources(
  { stacks, sources }: Pick<Recording, "stacks" | "sources">,
  fileId: (file: string) => number | undefined,
  causes: readonly Cause[] = [],
): Record<number, PageSource> {
  if (sources === undefined || sources.size === 0) return {};
  const pages: Record<number, PageSource> = {};
  const ran = ranLines(stacks);
  for (const { fn: { file }, line, column = 1 } of causes) {
    if (line !== undefined) columnsOf(linesOf(ran, file), line).add(column);
  }
  for (const [file, lines] of ran) {
    const text = sources.get(file);
    const id = fileId(file);
    if (text !== undefined && id !== undefined) pages[id] = excerpts(text, lines);
  }
  return pages;
}

function ranLines(stacks: Recording["stacks"]): Map<string, RanLines> {
  const files = new Map<string, RanLines>();
  const seen = new Set<Frame>();
  for (const { frames } of stacks) {
    for (const frame of frames) {
      const { file, position, line } = frame;
      if (file === undefined || position === undefined || seen.has(frame)) continue;
      seen.add(frame);
      const lines = linesOf(files, file);
      columnsOf(lines, position.line).add(position.column);
      if (line !== undefined) columnsOf(lines, line);
    }
  }
  return files;
}

function linesOf(files: Map<string, RanLines>, file: string): RanLines {
  let lines = files.get(file);
  if (lines === undefined) files.set(file, lines = new Map());
  return lines;
}

function columnsOf(lines: RanLines, line: number): Set<number> {
  let columns = lines.get(line);
  if (columns === undefined) lines.set(line, columns = new Set());
  return columns;
}

function excerpts(text: string, ran: RanLines): PageSource {
  const lines = text.split(LINE_END);
  const parts = text.length > WHOLE
    ? around(ran.keys(), { before: CONTEXT, behind: CONTEXT, last: lines.length })
    : [{ from: 1, to: lines.length }];
  const pieces: PagePiece[] = [];
  const shortLine = (text: string, line: number) => {
    if (text.length <= LINE) return text;
    const columns = ran.get(line) ?? [];
    for (
      const { from, to } of around(columns, {
        before: BEFORE_COLUMN,
        behind: BEHIND_COLUMN,
        last: text.length,
      })
    ) pieces.push({ line, column: from, text: text.slice(from - 1, to) });
    return "";
  };
  const excerpts = parts.map(({ from, to }): PageExcerpt => ({
    line: from,
    text: lines.slice(from - 1, to).map((text, i) => shortLine(text, from + i)).join("\n"),
  }));
  return { excerpts, ...pieces.length > 0 ? { pieces } : {} };
}

/** Ranges with the surroundings of each number, from 1 to the last; those that touch become one. */
function around(
  numbers: Iterable<number>,
  { before, behind, last }: { before: number; behind: number; last: number },
): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const [from, to] = [Math.max(1, number - before), Math.min(last, number + behind)];
    const known = ranges.at(-1);
    if (known !== undefined && from <= known.to + 1) known.to = Math.max(known.to, to);
    else if (from <= to) ranges.push({ from, to });
  }
  return ranges;
}
