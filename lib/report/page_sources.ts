import type { Frame } from "../recording/frame.ts";
import type { Recording } from "../recording/recording.ts";
import type { PageExcerpt, PageSource } from "./page_data.ts";

/** Characters of a file that is embedded whole. */
const WHOLE = 100_000;

/** Lines that an excerpt has around each line that ran. */
const CONTEXT = 12;

/** Characters of a line that is embedded whole; minified files have all their code on one. */
const LINE = 400;

/** Characters of a longer line in front of and behind the columns that ran. */
const BEFORE_COLUMN = 200;
const BEHIND_COLUMN = 600;

/** The least and the greatest column that ran, by line. */
type RanLines = Map<number, { first: number; last: number }>;

/**
 * The texts of the files that samples ran in. Of a large file, only the lines around those that ran
 * and around the beginnings of their functions are kept; of a long line, the columns that ran.
 *
 * @param recording The stacks, and the texts.
 * @param fileId The index of a file in the page.
 */
export function pageSources(
  { stacks, sources }: Pick<Recording, "stacks" | "sources">,
  fileId: (file: string) => number | undefined,
): PageSource[] {
  if (sources === undefined || sources.size === 0) return [];
  const ran = ranLines(stacks);
  const pages: PageSource[] = [];
  for (const [file, lines] of ran) {
    const text = sources.get(file);
    const id = fileId(file);
    if (text !== undefined && id !== undefined) pages.push({ file: id, ...excerpts(text, lines) });
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
      let lines = files.get(file);
      if (lines === undefined) files.set(file, lines = new Map());
      widen(lines, position);
      if (line !== undefined && !lines.has(line)) lines.set(line, { first: 1, last: 1 });
    }
  }
  return files;
}

function widen(lines: RanLines, { line, column }: { line: number; column: number }): void {
  const known = lines.get(line);
  if (known === undefined) lines.set(line, { first: column, last: column });
  else {
    known.first = Math.min(known.first, column);
    known.last = Math.max(known.last, column);
  }
}

function excerpts(text: string, ran: RanLines): Pick<PageSource, "excerpts" | "isPartial"> {
  const lines = text.split(/\r\n|[\n\r\u2028\u2029]/);
  const parts = text.length <= WHOLE
    ? [{ from: 1, to: lines.length }]
    : rangesAround([...ran.keys()], lines.length);
  return {
    isPartial: text.length > WHOLE,
    excerpts: parts.map(({ from, to }): PageExcerpt => ({
      line: from,
      text: lines.slice(from - 1, to).map((text, i) => shortLine(text, ran.get(from + i)))
        .join("\n"),
    })),
  };
}

/** Ranges of lines with the context of each; those that touch become one. */
function rangesAround(lines: number[], count: number): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  for (const line of lines.sort((a, b) => a - b)) {
    const [from, to] = [Math.max(1, line - CONTEXT), Math.min(count, line + CONTEXT)];
    const last = ranges.at(-1);
    if (last !== undefined && from <= last.to + 1) last.to = Math.max(last.to, to);
    else if (from <= to) ranges.push({ from, to });
  }
  return ranges;
}

function shortLine(text: string, columns: { first: number; last: number } | undefined): string {
  if (text.length <= LINE) return text;
  const from = Math.max(0, (columns?.first ?? 1) - BEFORE_COLUMN);
  const to = Math.min(text.length, from + BEFORE_COLUMN + BEHIND_COLUMN);
  return `${from > 0 ? "…" : ""}${text.slice(from, to)}${to < text.length ? "…" : ""}`;
}
