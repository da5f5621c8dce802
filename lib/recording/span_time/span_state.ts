import { activityFrame, type Frame } from "../frame.ts";
import type { SpanState } from "./span_time.ts";

/** The outermost frame of a stack, which stands for what the span's time went to. */
export const STATE_FRAMES: Readonly<Record<SpanState, Frame>> = {
  running: activityFrame("running"),
  waiting: activityFrame("waiting"),
  ready: activityFrame("ready, the thread is busy"),
  unexplained: activityFrame("neither running nor awaiting"),
};

const BY_NAME = new Map(
  (Object.keys(STATE_FRAMES) as SpanState[]).map((state) => [STATE_FRAMES[state].name, state]),
);

/** What a stack of a recording of spans' time says that the span did. */
export function spanStateOf(frames: readonly Frame[]): SpanState {
  return BY_NAME.get(frames[0]?.name ?? "") ?? "running";
}
