import { PerfError } from "../../base/perf_error.ts";
import type { Recording } from "../../recording/recording.ts";
import { type CommandLine, lastValue } from "../command_line.ts";

/**
 * The recordings of the event that `--event` names; all where it names none.
 *
 * @throws {PerfError} If no recording is of that event.
 */
export function chosenEvents(recordings: readonly Recording[], line: CommandLine): Recording[] {
  const event = lastValue(line, "event");
  if (event === undefined) return [...recordings];
  const chosen = recordings.filter((recording) => isSameEvent(recording.event, event));
  if (chosen.length === 0 && recordings.length > 0) {
    throw new PerfError(
      `Cannot report event "${event}": the recording has ${eventNames(recordings)}`,
      { code: "usage", hint: `--event ${recordings[0]!.event}` },
    );
  }
  return chosen;
}

/** Whether two names are of one event: precision (`:P`, `:ppp`) does not change what is counted. */
export function isSameEvent(one: string, other: string): boolean {
  return plainName(one) === plainName(other);
}

function plainName(event: string): string {
  return event
    .replace(/:[pP]+$/, "")
    .replace(/(?<=:[ukhGH]+)[pP]+$/, "")
    // Both clocks count the processor's time.
    .replace(/^task-clock(?=$|:)/, "cpu-clock");
}

/** The events of some recordings, for messages. */
export function eventNames(recordings: readonly Recording[]): string {
  return recordings.map(({ event }) => event).join(", ") || "no event";
}

/**
 * Refuses several events where their reports would go into one file.
 *
 * @throws {PerfError} With code `usage`.
 */
export function requireOneEvent(recordings: readonly Recording[], output: string): void {
  if (recordings.length < 2) return;
  throw new PerfError(
    `Cannot write the reports of ${recordings.length} events to "${output}": must be one of ` +
      eventNames(recordings),
    { code: "usage", hint: `--event ${recordings[0]!.event}` },
  );
}

/** The part of a report's file name that tells events apart; empty where there is one event. */
export function eventSuffix(recordings: readonly Recording[], index: number): string {
  if (index === 0) return "";
  return `.${recordings[index]!.event.replace(/[^\w-]+/g, "-")}`;
}
