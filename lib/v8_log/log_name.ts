/** The parts of a log's name. */
export interface LogName {
  /** The isolate's address in its process; unique while the isolate lives. */
  isolate: string;
  /** The process's number in its own pid namespace. */
  pid: number;
  /** When the isolate began, in milliseconds since the epoch. */
  started: number;
}

/**
 * The end of `--logfile`. V8 replaces `%p` with the process's number and `%t` with the time.
 * Without the time, a Worker whose isolate has the address of an earlier one would overwrite the
 * log of that one.
 */
export const LOG_PATTERN = "%p-%t.log";

/**
 * Parses the name of a log, as V8 makes it of {@linkcode LOG_PATTERN}:
 * `isolate-0x…-PID-PID-TIME.log` (`AddIsolateIdIfNeeded()` and `PrepareLogFileName()`,
 * v8/src/logging/log.cc).
 *
 * @param name A file's name, without its directory.
 * @returns `undefined` where it is another file.
 */
export function parseLogName(name: string): LogName | undefined {
  const [, isolate, pid, started] = /^isolate-(0x[0-9a-f]+)-(\d+)-\2-(\d+)\.log$/.exec(name) ?? [];
  if (isolate === undefined) return undefined;
  return { isolate, pid: Number(pid), started: Number(started) };
}
