import { SPAN_TIME_EVENT } from "../../recording/span_time/span_time_event.ts";
import { WAIT_EVENT } from "../../recording/waits/wait_event.ts";
import type { Recording } from "../../recording/recording.ts";
import { isOfRealTime } from "../../recording/thread_state.ts";

/** The words for what a recording measures. */
export interface MeasureWords {
  /** The profile's kind, as in a title. */
  profile: string;
  /** The heading of functions by the amounts of their own. */
  functions: string;
  /** The heading of lines. */
  lines: string;
  /** The heading of the tree. @default {"Calls, each with all that it calls"} */
  tree?: string;
  /** The noun for an amount: "10 % less time". */
  noun: string;
  /** The noun for an amount of one's own: "less self time". */
  selfNoun: string;
}

const TIME: MeasureWords = {
  profile: "CPU profile",
  functions: "Self time of functions",
  lines: "Hottest lines",
  noun: "time",
  selfNoun: "self time",
};

const WAITING: MeasureWords = {
  profile: "Awaits",
  functions: "Functions that waited",
  lines: "Lines that waited longest",
  tree: "Async callers, each with all that it waited for",
  noun: "waiting",
  selfNoun: "waiting",
};

const SPAN_TIME: MeasureWords = {
  profile: "Time of spans",
  functions: "Functions that ran or awaited",
  lines: "Lines that ran or awaited longest",
  tree: "Calls and async callers, by name of spans",
  noun: "time",
  selfNoun: "own time",
};

/** V8 tells the beginning of the function that allocates, and no line in it. */
const BEGINNINGS = "Where these functions begin";

/** The words for bytes, by the recording's event. */
const BYTES: Readonly<Record<string, MeasureWords>> = {
  alloc: {
    profile: "Allocations",
    functions: "Memory that functions allocated",
    lines: BEGINNINGS,
    noun: "allocated memory",
    selfNoun: "allocated memory",
  },
  "native-memory": {
    profile: "Native memory",
    functions: "Memory that functions touched first",
    lines: "Lines that touched it first",
    noun: "touched memory",
    selfNoun: "touched memory",
  },
  live: {
    profile: "Live memory",
    functions: "Memory still held, by the functions that allocated it",
    lines: BEGINNINGS,
    noun: "held memory",
    selfNoun: "held memory",
  },
};

/** Memory of another kind. */
const MEMORY: MeasureWords = {
  profile: "Memory profile",
  functions: "Memory of functions",
  lines: "Lines with the most memory",
  noun: "memory",
  selfNoun: "memory",
};

/**
 * The words for what a recording measures.
 *
 * @param recording Its unit and its event.
 */
export function measureWords({ unit, event }: Pick<Recording, "unit" | "event">): MeasureWords {
  if (unit === "nanoseconds") {
    if (isOfRealTime({ event })) return { ...TIME, profile: "Profile of real time" };
    if (event === SPAN_TIME_EVENT) return SPAN_TIME;
    return event === WAIT_EVENT ? WAITING : TIME;
  }
  if (unit === "events") return { ...TIME, noun: "events", selfNoun: "events" };
  return BYTES[event] ?? MEMORY;
}
