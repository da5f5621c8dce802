import { type Recording, recordingTotal } from "../../recording/recording.ts";
import { amountText, durationText, percentText } from "../figures/amounts.ts";
import { spanRows } from "../figures/span_rows.ts";
import { type Cell, markdownTable } from "./markdown_text.ts";

/** The spans of a recording in Markdown, by name; no lines where it has none. */
export function spansMarkdown(recording: Recording, most: number): string[] {
  const rows = spanRows(recording);
  if (rows.length === 0) return [];
  const { weight: all } = recordingTotal(recording);
  const more = rows.length - most;
  return [
    "## Spans",
    "",
    ...markdownTable(
      ["Share", "In them", "Count", "Median", "95 %", "Longest", "Name"],
      rows.slice(0, most).map(({ name, count, median, slow, longest, weight }): Cell[] => [
        { number: percentText(weight / all) },
        { number: amountText(weight, recording.unit) },
        { number: String(count) },
        ...[median, slow, longest].map((time) => ({ number: durationText(time) })),
        { code: name },
      ]),
    ),
    "",
    ...more > 0 ? [`- Left out: ${more} more names of spans.`, ""] : [],
  ];
}
