import type { Recording, Stack } from "../../recording/recording.ts";
import { jsonPieces } from "../../base/json_pieces.ts";
import type { Causes } from "../causes/cause.ts";
import { lineMatches } from "../figures/line_matches.ts";
import { page } from "./page.js";
import { pageCauses } from "./page_causes.ts";
import { pageCells, stackCells } from "./page_cells.ts";
import type { PageData } from "./page_data.ts";
import { pageSources } from "./page_sources.ts";
import { PageTree } from "./page_tree.ts";

/** Texts of a page beside its data. */
export interface PageWords {
  /** A short title for the recording. */
  title: string;
  /** Facts of the recording, a few words each. */
  facts: readonly string[];
  /** Warnings, each with its remedy. @default {[]} */
  warnings?: readonly string[];
}

/** Options of {@linkcode formatHtml}. */
export interface HtmlOptions {
  /** Embed the texts of files that samples ran in. @default {true} */
  hasSources?: boolean;
  /** The reasons for which lines take their time. @default {they are left out} */
  causes?: Causes;
}

/**
 * Makes a page with flame graphs, sources, tables and a timeline, in one file that loads nothing else.
 *
 * @param recording The recording.
 * @param words Texts beside its data.
 * @returns The page in pieces.
 */
export function formatHtml(
  recording: Recording,
  words: PageWords,
  { hasSources = true, causes }: HtmlOptions = {},
): Iterable<string> {
  const tree = new PageTree();
  const nodes = recording.stacks.map((stack) => tree.add(stack));
  const why = causes === undefined ? NO_CAUSES : pageCauses(causes, recording.unit, tree);
  const { data, order } = tree.end();
  return fillPage({
    ...headOf(recording, words),
    ...data,
    ...pageCells(recording, placesOf(nodes, order)),
    ...why,
    sources: hasSources ? pageSources(recording, (file) => tree.fileId(file), causes?.causes) : {},
  });
}

/**
 * Makes a page that compares two recordings, by function and by line. Functions are matched by name and
 * file, lines by their text, so that an inserted line changes nothing.
 *
 * @param recordings The two recordings and their names.
 * @param words Texts beside their data.
 * @returns The page in pieces.
 */
export function formatHtmlDifference(
  { before, after, names }: {
    before: Recording;
    after: Recording;
    names: { before: string; after: string };
  },
  words: PageWords,
  { hasSources = true }: Pick<HtmlOptions, "hasSources"> = {},
): Iterable<string> {
  const tree = new PageTree({ ignoresLines: true });
  const lineOf = lineMatches({ before: before.sources, after: after.sources });
  const add = ({ thread, frames, isCut }: Stack, line?: typeof lineOf) =>
    tree.add({ thread: withoutNumber(thread), frames, isCut }, line);
  const nodesAfter = after.stacks.map((stack) => add(stack));
  const nodesBefore = before.stacks.map((stack) => add(stack, lineOf));
  const { data, order } = tree.end();
  const nameOf = withoutNumber;
  const { cells, threads } = stackCells(after, placesOf(nodesAfter, order), { nameOf });
  const options = { nameOf, threads };
  const cellsBefore = stackCells(before, placesOf(nodesBefore, order), options).cells;
  const fileId = (file: string) => tree.fileId(file);
  // Functions that are gone have sources in the earlier recording only.
  const sources = hasSources
    ? { ...pageSources(before, fileId), ...pageSources(after, fileId) }
    : {};
  return fillPage({
    ...headOf(after, words),
    compared: names,
    ...data,
    cells,
    cellsBefore,
    threads,
    ...NO_CAUSES,
    sources,
  });
}

const NO_CAUSES: Pick<PageData, "causes" | "histories"> = { causes: [], histories: [] };

function headOf({ unit, event }: Recording, { title, facts, warnings = [] }: PageWords) {
  return { title, facts: [...facts], warnings: [...warnings], unit, event };
}

/** A thread's label without the number of its process, which differs in each run. */
function withoutNumber(thread: string): string {
  return thread.replace(/ \d+(?= ".*"$)/, "");
}

function placesOf(nodes: readonly number[], order: Uint32Array): Uint32Array {
  return Uint32Array.from(nodes, (node) => order[node]!);
}

function* fillPage(data: PageData): Generator<string> {
  const titled = page.replace("<title></title>", () => `<title>${escapeText(data.title)}</title>`);
  const [start, end] = titled.split(/(?<=<script[^>]* id="data">)/);
  yield start!;
  // Nothing in the data may look like a tag to the parser.
  for (const piece of jsonPieces(data)) yield piece.replaceAll("<", "\\u003c");
  yield end!;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
