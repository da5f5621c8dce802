import type { FileHeader } from "./file_header.ts";

/** The events of a recording of real time, as `perfRecordArgs()` asks for them: indices. */
export interface WallEvents {
  /** A clock, whose samples are of threads that run. */
  running: number;
  /** All context switches, with the stack at which the thread left the processor. */
  switches: number;
}

/** `PERF_TYPE_SOFTWARE`, and the numbers of its events (linux/perf_event.h). */
const SOFTWARE = 1;
const CPU_CLOCK = 0;
const CONTEXT_SWITCHES = 3;

/**
 * Finds the events of a recording of real time.
 *
 * @returns `undefined` where the file is another recording.
 */
export function wallEvents({ events }: Pick<FileHeader, "events">): WallEvents | undefined {
  if (!events.some(({ attributes }) => attributes.hasSwitches)) return undefined;
  const indexOf = (event: number) =>
    events.findIndex(({ attributes: { type, config } }) => type === SOFTWARE && config === event);
  const [running, switches] = [indexOf(CPU_CLOCK), indexOf(CONTEXT_SWITCHES)];
  // Of some switches only, times cannot be added up.
  return running < 0 || events[switches]?.attributes.rate !== 1 ? undefined : { running, switches };
}
