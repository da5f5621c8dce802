/*
 * The directories of V8's logs. The logs hold the program's source text, so only this user may read
 * them:
 *
 *     perf.data.v8/                           beside a recording of `profile`, 0700
 *     /tmp/xperf-v8-<user>/                   0711
 *       <pid>-<milliseconds>/                 one for each command, 0711
 *         logs/                               the logs of `run`, 0700; a link where the recording's
 *                                             own directory has a name that flags cannot carry
 *         bin/                                programs that are first on PATH, 0755
 *
 * Every user may write to /tmp, so each directory is checked before it is used.
 */
import * as fs from "node:fs";

import { PerfError } from "../base/perf_error.ts";
import { systemReason } from "../base/system_reason.ts";
import { parseProcessStart } from "../runtime/process_start.ts";
import { processId, userId } from "../runtime/runtime.ts";
import { CLOCK_FILE, type ClockFile, parseClockFile, type Poll } from "./clock_file.ts";
import { LOG_PATTERN, parseLogName } from "./log_name.ts";
import { recordingOfRotated } from "./rotated_name.ts";

/** The start of the names of texts that are kept beside the logs. */
export const KEPT_TEXT = "text-";

/** Milliseconds for which the logs of a command that has ended are kept. */
const KEPT = 24 * 60 * 60 * 1000;

/** The directories of one command and the program that it starts. */
export interface LogDirectory {
  /** Where the logs and the clock file are. */
  readonly path: string;
  /**
   * The value of V8's flag `--logfile`. It has no space and no comma, so that shells and runtimes
   * pass it on unchanged.
   */
  readonly logFile: string;
  /** The directory of our programs that must be first on PATH. */
  readonly bin: string;
  /** When it was made, in milliseconds since the epoch. */
  readonly started: number;
  /** The directory that holds the others, in /tmp. */
  readonly root: string;
}

/** The directory of the logs that belong to a recording. */
export function recordingLogs(recording: string): string {
  return `${recording.replace(/\/+$/, "")}.v8`;
}

/** Whether a file is one of those that a command makes for the programs that it starts. */
export function isInLogDirectory(path: string): boolean {
  return /\/xperf-v8-\d+\/\d+-\d+\//.test(path);
}

/**
 * Makes the directories for a program. Those of dead commands are removed.
 *
 * @param recording The file that the program is recorded in. Its own directory gets the logs, and
 * those of the last recording are removed. `undefined` for a directory in /tmp.
 * @param temporary The directory that every user can write. @default {"/tmp"}
 * @throws {PerfError} If another user's directory, a link or a file stands in the way.
 */
export function makeLogDirectory(
  { recording, temporary = "/tmp" }: { recording?: string; temporary?: string } = {},
): LogDirectory {
  const shared = sharedDirectory(temporary);
  makePrivate(shared, 0o711);
  removeStaleDirectories({ temporary });
  const { root, started } = makeOwn(shared);
  const bin = `${root}/bin`;
  fs.mkdirSync(bin);
  fs.chmodSync(bin, 0o755);
  if (recording === undefined) {
    const path = `${root}/logs`;
    makePrivate(path, 0o700);
    return { path, logFile: `${path}/${LOG_PATTERN}`, bin, started, root };
  }
  const path = makeRecordingDirectory(recording);
  // The flag names a link, since Deno splits flags at commas and shells at spaces. The link's path
  // differs in every run. Otherwise V8 could take code from a runtime's cache, and that code would
  // not be in the log.
  fs.symlinkSync(path, `${root}/logs`);
  return { path, logFile: `${root}/logs/${LOG_PATTERN}`, bin, started, root };
}

/**
 * Removes the directories that are no longer needed. A recording's logs stay; those of `run` stay
 * for a day. While a process that has a log lives, everything stays: if V8 could not open the log
 * of a new Worker, it would write to standard output instead.
 */
export function releaseLogDirectory({ path, root }: LogDirectory): void {
  if (listLogs(path).some(({ pid }) => isAlive(pid))) return;
  fs.rmSync(`${root}/bin`, { recursive: true, force: true });
  if (path !== `${root}/logs` || listLogs(path).length === 0) {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

/**
 * Removes the directories of this user's commands in /tmp, where the command and all processes that
 * have logs there have ended, and the last byte was written a day ago.
 *
 * @returns The directories that were removed.
 */
export function removeStaleDirectories(
  { temporary = "/tmp", now = Date.now() }: { temporary?: string; now?: number } = {},
): string[] {
  const shared = sharedDirectory(temporary);
  if (obstacleOf(shared) !== undefined) return [];
  return ownDirectories(shared).filter(({ root, pid, started }) => {
    if (runsSince(pid, started)) return false;
    const logs = `${root}/logs`;
    if (listLogs(logs).some((log) => isAlive(log.pid))) return false;
    const times = [root, logs, ...namesIn(logs).map((name) => `${logs}/${name}`)].map(modified);
    if (now - Math.max(...times) < KEPT) return false;
    // rmSync() does not follow a link at `logs`, so the recording's own directory stays.
    fs.rmSync(root, { recursive: true, force: true });
    return true;
  }).map(({ root }) => root);
}

/** One log. */
export interface FoundLog {
  /** Where it is. */
  path: string;
  /** Its name in its directory. */
  name: string;
  /** The isolate's address. */
  isolate: string;
  /** Its process's number as perf has it. */
  pid: number;
  /** When the isolate began, in milliseconds since the epoch. */
  started: number;
  /** Its polls in the clock file. */
  polls: readonly Poll[];
  /** Bytes at its front that are gone. */
  released: number;
}

/** The logs of one directory. */
export interface FoundLogs {
  /** Where they are. */
  directory: string;
  /** The clock file; `undefined` where it is missing or was cut. */
  clock: ClockFile | undefined;
  /** The logs of the processes that were asked for. */
  logs: FoundLog[];
}

/**
 * Lists the logs in a directory, by name; none where it cannot be read. Links and other files are
 * left out.
 */
export function listLogs(directory: string): Omit<FoundLog, "polls" | "released">[] {
  return namesIn(directory).sort().flatMap((name) => {
    const parsed = parseLogName(name);
    const path = `${directory}/${name}`;
    return parsed !== undefined && isRegular(path) ? [{ path, name, ...parsed }] : [];
  });
}

/** Options of {@linkcode findLogs}. */
export interface FindOptions {
  /** The recording's file. */
  recording: string;
  /** Numbers of the processes in it; `undefined` for all. */
  pids?: ReadonlySet<number>;
  /**
   * Paths that the recording has as mapped files, among them the markers of `run`. @default {[]}
   */
  mapped?: Iterable<string>;
  /** The directory that every user can write. @default {"/tmp"} */
  temporary?: string;
}

/**
 * Finds the logs of a recorded program: beside the recording, or beside the recording whose rotated
 * file it is; else where a mapped marker is; else,
 * by the numbers of processes, in the newest directory in /tmp that was made before the recording
 * ended.
 *
 * @returns The directories that have logs of such processes.
 */
export function findLogs(
  { recording, pids, mapped = [], temporary = "/tmp" }: FindOptions,
): FoundLogs[] {
  const beside = readLogs(recordingLogs(recording), pids);
  if (beside !== undefined) return [beside];
  const whole = recordingOfRotated(recording);
  if (whole !== undefined) {
    // perf describes only the process that it started in each new file, so the others are unknown.
    const logs = readLogs(recordingLogs(whole));
    if (logs !== undefined) return [logs];
  }
  const marked = new Set<string>();
  for (const path of mapped) {
    const [, directory] = /^(\/.*\/xperf-v8-\d+\/\d+-\d+\/logs)\/marker-\w+$/.exec(path) ?? [];
    if (directory !== undefined) marked.add(directory);
  }
  const found = [...marked].flatMap((directory) => readLogs(directory, pids) ?? []);
  if (found.length > 0 || pids === undefined) return found;
  // A recording that perf sent through a pipe is no file.
  const ended = modified(recording) || Infinity;
  const candidates = ownDirectories(sharedDirectory(temporary))
    // The file system's clock and Date.now() differ by some milliseconds.
    .filter(({ started }) => started <= ended + 1000)
    .sort((a, b) => b.started - a.started);
  const missing = new Set(pids);
  for (const { root } of candidates) {
    const logs = readLogs(`${root}/logs`, missing);
    if (logs === undefined) continue;
    found.push(logs);
    // The kernel reuses the numbers of processes: the newest directory has them.
    for (const { pid } of logs.logs) missing.delete(pid);
  }
  return found;
}

/**
 * Finds the logs of processes in one directory.
 *
 * @param directory Where they are.
 * @param pids Numbers of the processes; `undefined` for all.
 */
export function logsIn(directory: string, pids?: ReadonlySet<number>): FoundLogs[] {
  const logs = readLogs(directory, pids);
  return logs === undefined ? [] : [logs];
}

/** Reads the logs of a directory; `undefined` where there are none. */
function readLogs(directory: string, pids?: ReadonlySet<number>): FoundLogs | undefined {
  if (!mayRead(directory)) return undefined;
  const text = readRegular(`${directory}/${CLOCK_FILE}`);
  const clock = text === undefined ? undefined : parseClockFile(text);
  const logs = listLogs(directory).flatMap((log) => {
    const known = clock !== undefined && Object.hasOwn(clock.logs, log.name)
      ? clock.logs[log.name]
      : undefined;
    const { pid = log.pid, polls = [], released = 0 } = known ?? {};
    return pids === undefined || pids.has(pid) ? [{ ...log, pid, polls, released }] : [];
  });
  return logs.length === 0 ? undefined : { directory, clock, logs };
}

/** Whether a directory is this user's or root's; root may read all. */
function mayRead(directory: string): boolean {
  try {
    const stats = fs.lstatSync(directory);
    const user = userId();
    return stats.isDirectory() &&
      (user === undefined || [user, 0].includes(stats.uid) || user === 0);
  } catch {
    return false;
  }
}

function sharedDirectory(temporary: string): string {
  return `${temporary}/xperf-v8-${userId() ?? 0}`;
}

/** Makes a directory, or takes an existing one of this user, and sets its mode. */
function makePrivate(path: string, mode: number): void {
  try {
    fs.mkdirSync(path, { mode });
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw cannotMake(path, error);
  }
  const obstacle = obstacleOf(path);
  if (obstacle !== undefined) {
    throw new PerfError(
      `Cannot use "${path}": it is ${obstacle}, must be a directory of this user that others cannot write`,
      { code: "file", hint: `ls -ld ${path}` },
    );
  }
  // mkdirSync() has applied the umask to the mode.
  fs.chmodSync(path, mode);
}

/**
 * Describes the obstacle at a path; `undefined` for a directory of this user that others cannot
 * write.
 */
function obstacleOf(path: string): string | undefined {
  let stats: fs.Stats;
  try {
    stats = fs.lstatSync(path);
  } catch (error) {
    return (error as { code?: string }).code === "ENOENT" ? "missing" : "unreadable";
  }
  if (stats.isSymbolicLink()) return "a symbolic link";
  if (!stats.isDirectory()) return "a file";
  const user = userId();
  if (user !== undefined && stats.uid !== user) return "another user's directory";
  return (stats.mode & 0o022) === 0 ? undefined : "a directory that others can write";
}

function cannotMake(path: string, cause: unknown): PerfError {
  return new PerfError(`Cannot make "${path}": ${systemReason(cause)}`, {
    code: "file",
    hint: `ls -ld ${path.slice(0, path.lastIndexOf("/")) || "/"}`,
    cause,
  });
}

function makeOwn(shared: string): { root: string; started: number } {
  for (let started = Date.now();; started++) {
    const root = `${shared}/${processId()}-${started}`;
    try {
      fs.mkdirSync(root, { mode: 0o711 });
    } catch (error) {
      if ((error as { code?: string }).code === "EEXIST") continue;
      throw cannotMake(root, error);
    }
    fs.chmodSync(root, 0o711);
    return { root, started };
  }
}

/**
 * Makes the directory of a recording, or removes our files from an existing one. Other files stay.
 */
function makeRecordingDirectory(recording: string): string {
  const path = recordingLogs(recording);
  try {
    // A recording that was made under another umask, or by an old version, may have such a
    // directory.
    if (obstacleOf(path) === "a directory that others can write") fs.chmodSync(path, 0o700);
  } catch {
    // makePrivate() reports the obstacle.
  }
  makePrivate(path, 0o700);
  for (const name of namesIn(path)) {
    const isOurs = parseLogName(name) !== undefined || name === CLOCK_FILE ||
      name.startsWith("marker-") || name.startsWith(KEPT_TEXT);
    if (isOurs) fs.unlinkSync(`${path}/${name}`);
  }
  return fs.realpathSync(path);
}

function ownDirectories(shared: string): { root: string; pid: number; started: number }[] {
  return namesIn(shared).flatMap((name) => {
    const [, pid, started] = /^(\d+)-(\d+)$/.exec(name) ?? [];
    const root = `${shared}/${name}`;
    return started !== undefined && isDirectory(root)
      ? [{ root, pid: Number(pid), started: Number(started) }]
      : [];
  });
}

/**
 * Whether the process with a number began before a moment and still runs. A later one has only
 * reused the number.
 */
function runsSince(pid: number, started: number): boolean {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return false;
  const start = parseProcessStart(stat, readText("/proc/uptime") ?? "", Date.now());
  return start === undefined || start <= started;
}

function isAlive(pid: number): boolean {
  return fs.existsSync(`/proc/${pid}`);
}

function modified(path: string): number {
  try {
    return fs.lstatSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function namesIn(directory: string): string[] {
  try {
    return fs.readdirSync(directory);
  } catch {
    return [];
  }
}

function isDirectory(path: string): boolean {
  try {
    return fs.lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}

function isRegular(path: string): boolean {
  try {
    return fs.lstatSync(path).isFile();
  } catch {
    return false;
  }
}

function readText(path: string): string | undefined {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The content of a file that is no link, FIFO or device. */
function readRegular(path: string): string | undefined {
  let descriptor: number;
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
    descriptor = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    return fs.fstatSync(descriptor).isFile() ? fs.readFileSync(descriptor, "utf8") : undefined;
  } finally {
    fs.closeSync(descriptor);
  }
}
