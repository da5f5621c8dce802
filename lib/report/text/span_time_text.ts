import type { Recording } from "../../recording/recording.ts";
import { sourceLine } from "../figures/source_line.ts";
import type { PlaceNames } from "../figures/place_text.ts";
import { type SpanTimePart, type SpanTimeRow, spanTimeRows } from "../figures/span_time_rows.ts";
import {
  detailText,
  shownParts,
  spanSumText,
  spanTimeTitle,
  STATE_WORDS,
} from "../figures/span_time_words.ts";
import { columnsOf, printable, styled, type Terminal, trimmed } from "./terminal.ts";
import { NUMBERS, TimeRows } from "./time_rows.ts";

/** Names of spans that are shown, and details of each state. */
const MOST_NAMES = 10;
const MOST_DETAILS = 5;

/** Columns that the text of a line needs. */
const ROOM_FOR_TEXT = 20;

/** Options of the text on the time of spans. */
export interface SpanTimeTextOptions extends PlaceNames {
  terminal: Terminal;
}

/** The time of spans by name: running, waiting, ready, each with what it was. */
export function* spanTimeText(
  recording: Recording,
  options: SpanTimeTextOptions,
): Generator<string> {
  const { terminal } = options;
  const rows = spanTimeRows(recording);
  for (const row of rows.slice(0, MOST_NAMES)) {
    const title = trimmed(printable(spanTimeTitle(row)), terminal.width);
    yield `\n${styled(title, "bold", terminal)}\n`;
    yield* partRows(row, recording, options);
    const sum = trimmed(spanSumText(row), terminal.width - NUMBERS);
    yield `${" ".repeat(NUMBERS)}${styled(sum, "dim", terminal)}\n`;
  }
  const more = rows.length - MOST_NAMES;
  if (more > 0) yield `\nand ${more} more names of spans\n`;
}

function* partRows(
  row: SpanTimeRow,
  recording: Recording,
  options: SpanTimeTextOptions,
): Generator<string> {
  const { terminal } = options;
  const times = new TimeRows({ ...options, unit: "nanoseconds", program: row.time });
  const room = terminal.width - NUMBERS;
  for (const part of shownParts(row)) {
    yield times.row(part.time, [STATE_WORDS[part.state]]);
    for (const detail of part.details.slice(0, MOST_DETAILS)) {
      const name = trimmed(`  ${printable(detailText(detail.frame, options))}`, room);
      const text = part.state === "waiting" ? lineOf(detail, recording) : undefined;
      const rest = room - columnsOf(name) - 2;
      yield times.row(
        detail.time,
        text === undefined || rest < ROOM_FOR_TEXT ? [name] : [name, trimmed(text, rest)],
      );
    }
  }
}

/** The text of the line that awaits. */
function lineOf(
  { frame: { file, line } }: SpanTimePart["details"][number],
  { sources }: Recording,
): string | undefined {
  const source = file === undefined ? undefined : sources?.get(file);
  if (source === undefined || line === undefined) return undefined;
  const text = sourceLine(source, line);
  return text === undefined ? undefined : printable(text.trim());
}
