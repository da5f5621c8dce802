import type { Recording } from "../recording/recording.ts";

/** The samples of a span of time, to be sent. */
export interface ProfileWindow {
  /** The samples. */
  recording: Recording;
  /** When the window begins, in milliseconds since 1970. */
  start: number;
  /** Its length, in milliseconds. */
  duration: number;
}

/** A recording as one window, with the times that it has itself. */
export function windowOf(recording: Recording): ProfileWindow {
  const { duration } = recording;
  return { recording, start: recording.start ?? Date.now() - duration, duration };
}

/** The time between two samples, in the recording's unit; 1 where it is unknown. */
export function periodOf({ frequency, unit }: Recording): number {
  return frequency !== undefined && unit === "nanoseconds" ? Math.round(1e9 / frequency) : 1;
}
