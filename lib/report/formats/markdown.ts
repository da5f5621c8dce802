import type { Recording } from "../../recording/recording.ts";
import type { Causes } from "../causes/cause.ts";
import { causesMarkdown } from "./causes_markdown.ts";
import { measureWords } from "../figures/measure_words.ts";
import { MarkdownSections } from "./markdown_sections.ts";
import { SPAN_TIME_EVENT } from "../../recording/span_time/span_time_event.ts";
import { isOfRealTime } from "../../recording/thread_state.ts";
import { plainText } from "./markdown_text.ts";
import { realTimeMarkdown } from "./real_time_markdown.ts";
import { spanTimeMarkdown } from "./span_time_markdown.ts";
import { spansMarkdown } from "./spans_markdown.ts";

/** Lines of a report, at most. */
const MAX_LINES = 400;

/** Lines of the shortest report. */
export const LEAST_LINES = 80;

/** Options of {@linkcode formatMarkdown}. */
export interface MarkdownOptions {
  /** The program with its arguments, in short. */
  title: string;
  /** Facts on the recording, a few words each. */
  facts: readonly string[];
  /** Sentences on faults of the recording, with the mend. @default {[]} */
  warnings?: readonly string[];
  /** Lines of the report, at most; no fewer than {@linkcode LEAST_LINES}. @default {400} */
  maxLines?: number;
  /** The reasons for which lines take their time. @default {they are left out} */
  causes?: Causes;
}

/**
 * A report in Markdown, for a terminal, a pull request, and programs that read: summary, hot functions,
 * hot lines with their text, call tree, and what is missing. A place is written `file:line`, and a row is
 * a line, so that `grep` finds both.
 *
 * @param recording What was recorded.
 * @param options What else it says.
 * @returns The report's text.
 */
export function formatMarkdown(
  recording: Recording,
  { title, facts, warnings = [], maxLines = MAX_LINES, causes }: MarkdownOptions,
): string {
  const most = Math.max(LEAST_LINES, maxLines);
  const sections = new MarkdownSections(recording, most);
  const isSpanTime = recording.event === SPAN_TIME_EVENT;
  const parts = [
    `# ${measureWords(recording).profile}: ${plainText(title)}`,
    "",
    plainText(facts.join(", ")),
    "",
    ...(isSpanTime ? spanTimeMarkdown(recording) : sections.summary()),
    ...(isOfRealTime(recording) ? realTimeMarkdown(recording) : []),
    ...(isSpanTime ? [] : spansMarkdown(recording, sections.rows)),
    ...sections.threads(),
    ...sections.functions(),
    ...sections.lines(),
    ...(causes === undefined ? [] : causesMarkdown(causes, recording.unit, sections.rows)),
  ];
  const missing = sections.missing(warnings);
  const tree = sections.tree(most - parts.length - missing.length);
  return [...parts, ...tree, ...missing].map((line) => `${line}\n`).join("");
}
