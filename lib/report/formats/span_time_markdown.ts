import type { Recording } from "../../recording/recording.ts";
import { amountText, percentText } from "../figures/amounts.ts";
import { spanTimeRows } from "../figures/span_time_rows.ts";
import {
  detailText,
  shownParts,
  spanSumText,
  spanTimeTitle,
  STATE_WORDS,
} from "../figures/span_time_words.ts";
import { type Cell, markdownTable, plainText } from "./markdown_text.ts";

/** Names of spans, and details of each state. */
const MOST_NAMES = 10;
const MOST_DETAILS = 5;

/** The time of spans in Markdown: a table for each name. */
export function spanTimeMarkdown(
  recording: Pick<Recording, "spans" | "samples" | "stacks">,
): string[] {
  const rows = spanTimeRows(recording);
  return [
    "## Time of spans",
    "",
    ...rows.slice(0, MOST_NAMES).flatMap((row) => {
      const cells = (time: number): Cell[] => [
        { number: percentText(time / row.time) },
        { number: amountText(time, "nanoseconds") },
      ];
      const lines = shownParts(row).flatMap((part) => [
        [...cells(part.time), STATE_WORDS[part.state]],
        ...part.details.slice(0, MOST_DETAILS)
          .map(({ frame, time }): Cell[] => [...cells(time), { code: detailText(frame) }]),
      ]);
      return [
        `### ${plainText(spanTimeTitle(row))}`,
        "",
        ...markdownTable(["Share", "Time", "State, function, location"], lines),
        "",
        `- The parts are ${spanSumText(row)}.`,
        "",
      ];
    }),
  ];
}
