/*
 * The clock file beside V8's logs. V8 stamps its lines in microseconds since the isolate's logger
 * started, and writes each line at once. The command that started the program polls the size of
 * each log; a reader that knows at which byte each line ends can then bind V8's time to
 * CLOCK_MONOTONIC: a line within the size was stamped before the poll ended, the next line was
 * written after the poll began.
 */

/** The name of the clock file in a log directory. */
export const CLOCK_FILE = "clock.json";

/** One look at the size of a log; times are nanoseconds of CLOCK_MONOTONIC. */
export type Poll = readonly [before: number, after: number, size: number];

/** A process that V8 has written a log for. */
export interface LoggedProcess {
  /** Its number as the command's pid namespace has it; perf outside of containers uses it too. */
  pid: number;
  /** Its program, as `/proc/<pid>/exe` names it; `undefined` where it had ended already. */
  executable?: string;
  /** Its command line; `undefined` where it had ended already. */
  command?: string[];
}

/** The polls of one isolate's log. */
export interface LogClock {
  /** The process's number, as {@linkcode LoggedProcess}. */
  pid: number;
  /** In the order of their times, at most two for one size: the first and the last look at it. */
  polls: Poll[];
  /** Number of bytes at the log's front that were given back to the file system. @default {0} */
  released?: number;
}

/** A file that the command mapped as executable, so that perf's own clock has a known moment. */
export interface ClockMarker {
  /** The file's path, which perf has in an MMAP2 record. */
  path: string;
  /** CLOCK_MONOTONIC in nanoseconds before it was mapped. */
  before: number;
  /** The clock after the file was mapped. */
  after: number;
}

/** The content of a clock file. */
export interface ClockFile {
  /** The process that wrote it: the command. */
  command: {
    /** Its number. */
    pid: number;
    /** When it began to watch, in milliseconds since the epoch. */
    started: number;
  };
  /** Whether the command has seen the program's end, so that nothing comes after. */
  isComplete: boolean;
  /** The processes that have logs. */
  processes: LoggedProcess[];
  /** By the log's name in the directory. */
  logs: Record<string, LogClock>;
  /** In the order of their times. */
  markers: ClockMarker[];
}

/** The version of the format that {@linkcode formatClockFile} writes. */
const VERSION = 1;

/** The text of a clock file. */
export function formatClockFile(clock: ClockFile): string {
  return JSON.stringify({ version: VERSION, ...clock });
}

/**
 * Reads a clock file.
 *
 * @returns `undefined` where the text is no clock file of this version. Invalid parts are left out.
 */
export function parseClockFile(text: string): ClockFile | undefined {
  let value: Untrusted;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value["version"] !== VERSION) return undefined;
  const { command, logs } = value;
  if (!isRecord(command) || !isNumber(command["pid"]) || !isNumber(command["started"])) {
    return undefined;
  }
  return {
    command: { pid: command["pid"], started: command["started"] },
    isComplete: value["isComplete"] === true,
    processes: listOf(value["processes"]).flatMap((entry) => parseProcess(entry) ?? []),
    logs: Object.fromEntries(
      Object.entries(isRecord(logs) ? logs : {}).flatMap(([name, entry]) => {
        const log = parseLog(entry);
        return log === undefined ? [] : [[name, log]];
      }),
    ),
    markers: listOf(value["markers"]).flatMap((entry) => parseMarker(entry) ?? []),
  };
}

type Untrusted = unknown;

function parseProcess(value: Untrusted): LoggedProcess | undefined {
  if (!isRecord(value) || !isNumber(value["pid"])) return undefined;
  const { pid, executable, command } = value;
  const words = listOf(command).filter((word) => typeof word === "string");
  return {
    pid,
    ...(typeof executable === "string" ? { executable } : {}),
    ...(Array.isArray(command) ? { command: words } : {}),
  };
}

function parseLog(value: Untrusted): LogClock | undefined {
  if (!isRecord(value) || !isNumber(value["pid"])) return undefined;
  const { pid, polls, released } = value;
  return {
    pid,
    polls: listOf(polls).filter(isPoll),
    ...(isNumber(released) ? { released } : {}),
  };
}

function isPoll(value: Untrusted): value is Poll {
  return Array.isArray(value) && value.length === 3 && value.every(isNumber);
}

function parseMarker(value: Untrusted): ClockMarker | undefined {
  if (!isRecord(value)) return undefined;
  const { path, before, after } = value;
  return typeof path === "string" && isNumber(before) && isNumber(after)
    ? { path, before, after }
    : undefined;
}

function isRecord(value: Untrusted): value is Record<string, Untrusted> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumber(value: Untrusted): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function listOf(value: Untrusted): Untrusted[] {
  return Array.isArray(value) ? value : [];
}
