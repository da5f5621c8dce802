/** The parts of a log's name. */
export interface LogName {
  /** Where the isolate lies in its process: unique while it lives. */
  isolate: string;
  /** The process's number in its own pid namespace. */
  pid: number;
  /** When the isolate began, in milliseconds since the epoch. */
  started: number;
}

/**
 * The end of `--logfile`; V8 puts the process's number in the place of `%p` and the time in that of
 * `%t`. Without the time a Worker whose isolate lies where an earlier one lay would write over its log.
 */
export const LOG_PATTERN = "%p-%t.log";

/**
 * Takes the name of a log apart, as V8 makes it of {@linkcode LOG_PATTERN}:
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
