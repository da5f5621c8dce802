import type { Frame } from "../../recording/frame.ts";
import { activityOfFrame } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import { SPAN_TIME_EVENT } from "../../recording/span_time/span_time_event.ts";
import type { SpanState } from "../../recording/span_time/span_time.ts";
import { amountText, percentText } from "./amounts.ts";
import { type PlaceNames, placeText } from "./place_text.ts";
import { type SpanTimePart, type SpanTimeRow, spanTimeRows } from "./span_time_rows.ts";

/** The words for the states of a span. */
export const STATE_WORDS: Readonly<Record<SpanState, string>> = {
  running: "running",
  waiting: "waiting for",
  ready: "ready, while the thread was busy with",
  unexplained: "neither running nor awaiting",
};

/** The least share of a state that is shown, and of a detail in its state. */
const LEAST_STATE = 0.0005;
const LEAST_DETAIL = 0.05;

/** The title of the time of spans of one name. */
export function spanTimeTitle({ name, count, time }: SpanTimeRow): string {
  const spans = count === 1 ? "1 span" : `${count} spans`;
  return `${name}: ${spans} of ${amountText(time, "nanoseconds")} each`;
}

/** Says how much of a span's time is known. */
export function spanSumText({ time, parts }: SpanTimeRow): string {
  const unknown = parts.find(({ state }) => state === "unexplained")?.time ?? 0;
  const known = amountText(time - unknown, "nanoseconds");
  return `together ${known}, ${percentText(unknown / time)} of the measured time is unexplained`;
}

/** Names of spans that a page's head has. */
const MOST_FACTS = 3;

const SHORT_WORDS: Readonly<Record<SpanState, string>> = {
  running: "running",
  waiting: "waiting",
  ready: "ready",
  unexplained: "unexplained",
};

/** The time of spans in a few words each, for a page; none where the recording is of something else. */
export function spanTimeFacts(recording: Recording): string[] {
  if (recording.event !== SPAN_TIME_EVENT) return [];
  return spanTimeRows(recording).slice(0, MOST_FACTS).map((row) => {
    const parts = shownParts(row).map(({ state, time }) =>
      `${SHORT_WORDS[state]} ${amountText(time, "nanoseconds")}`
    );
    return `${spanTimeTitle(row)}: ${parts.join(", ")}`;
  });
}

/** The parts that weigh enough, each with the details that do. */
export function shownParts({ time, parts }: SpanTimeRow): SpanTimePart[] {
  return parts.filter((part) => part.time >= LEAST_STATE * time).map((part) => ({
    ...part,
    details: part.details.filter((detail) => detail.time >= LEAST_DETAIL * part.time),
  }));
}

/** The name and the place of what ran or was awaited. */
export function detailText(frame: Frame, names: PlaceNames = {}): string {
  const { name, file, line } = frame;
  if (file === undefined) return activityOfFrame(frame) ?? name;
  return `${name}  ${placeText({ file, line }, names)}`;
}
