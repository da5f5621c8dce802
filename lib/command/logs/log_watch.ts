/*
 * Watches the directory of V8's logs while a program runs. The watch finds the processes that have
 * logs, and notes the size of each log at moments of CLOCK_MONOTONIC. lib/v8_log/clock_file.ts says
 * how these notes bind V8's times to that clock.
 *
 * The watch polls, because inotify would report every single line: V8 writes each line at once.
 */
import * as fs from "node:fs";
import process from "node:process";

import { loadedNativeLibrary, loadNativeLibrary } from "../../native/native_library.ts";
import {
  CLOCK_FILE,
  type ClockFile,
  type ClockMarker,
  formatClockFile,
  type LoggedProcess,
  type Poll,
} from "../../v8_log/clock_file.ts";
import { parseLogName } from "../../v8_log/log_name.ts";
import { type MonotonicClock, monotonicClock } from "../../native/monotonic_clock.ts";
import { innerNumber, listDirectory } from "./namespace_maps.ts";
import { readText } from "../../perf/perf_tool.ts";

/** Milliseconds for which a new log is polled every millisecond: it grows fastest at the start. */
const QUICK = 300;

/**
 * Milliseconds between two polls of the directory and of logs that are no longer new: in the first
 * seconds, later, while no log grows, and after a minute of a run that lasts. In Deno and Node a poll
 * takes 0.1 to 0.2 ms of a core, nearly all of it for waking up, and 0.6 ms beside a server that keeps
 * all cores busy.
 */
const PAUSES = { first: 4, usual: 100, idle: 250, lasting: 250 };
const FIRST = 2_000;
const LASTING = 60_000;
const IDLE = 5_000;

/** The longest time between two polls of a log that does not grow, in milliseconds. */
const LONGEST_PAUSE = 500;

/**
 * Milliseconds for which a log is polled without a pause when it is found. V8 then writes a line
 * every few microseconds, for its builtins, so these polls bind the clock to a few microseconds.
 */
const BURST = 3;

/** The time between two checks that a process still lives, in milliseconds. */
const LIFE_INTERVAL = 500;

/**
 * The least time between two searches of /proc for a process in a pid namespace, in milliseconds.
 */
const SEARCH_INTERVAL = 500;

/**
 * The least time between two writes of the clock file, in milliseconds, at the same ages. It is
 * longer where the writes would take more than 1 % of the time.
 */
const WRITE_INTERVALS = { first: 250, usual: 1_000, lasting: 15_000 };

/** The most late polls of a log. When it has so many, every second pair of them is dropped. */
const MOST_LATE_POLLS = 256;

/**
 * The file system stamps files with the time of the last clock tick, in nanoseconds: CONFIG_HZ=100.
 */
const TICK = 10_000_000;

/** A log that is being written. */
export interface WatchedLog {
  /** The path of the log. */
  readonly path: string;
  /** The log's name in the directory. */
  readonly name: string;
  /** The number of its process in the command's pid namespace. */
  readonly pid: number;
  /** Its size at the last poll, in bytes. */
  readonly size: number;
  /** The number of bytes at its front that were given back to the file system. */
  readonly released: number;
  /** Whether its process has ended, so that the log does not grow any more. */
  readonly isEnded: boolean;
}

interface Log {
  path: string;
  name: string;
  pid: number;
  size: number;
  isEnded: boolean;
  released: number;
  found: number;
  due: number;
  pause: number;
  lifeDue: number;
  early: Poll[];
  late: Poll[];
}

/** Options of {@linkcode V8LogWatch}. */
export interface WatchOptions {
  /** Called with each new log. */
  onLog?: (log: WatchedLog) => void;
  /** The clock, or the reason why there is none. @default {the clock of this runtime} */
  clock?: MonotonicClock | { obstacle: string };
  /**
   * Whether the program runs for weeks, so that polls may be rare: a process that ends soon is then
   * without its command line. @default {false}
   */
  lasts?: boolean;
}

/** Watches the logs in a directory, from its construction until it is finished. */
export class V8LogWatch {
  /** The reason why the logs get no times of CLOCK_MONOTONIC; `undefined` where they do. */
  readonly clockObstacle: string | undefined;
  readonly #directory: string;
  readonly #now: (() => number) | undefined;
  readonly #onLog: (log: WatchedLog) => void;
  readonly #lasts: boolean;
  readonly #started = Date.now();
  readonly #logs = new Map<string, Log>();
  readonly #processes = new Map<number, LoggedProcess>();
  readonly #markers: ClockMarker[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lookDue = 0;
  #searchDue = 0;
  #directoryTime = -1;
  #directoryChanged = 0;
  #writeDue = 0;
  #isChanged = true;
  #isFinished = false;
  #quickUntil = 0;
  #grown = performance.now();

  /**
   * @param directory The directory of V8's logs, which must exist.
   * @param options A listener, and the clock.
   */
  constructor(
    directory: string,
    { onLog = () => {}, clock = monotonicClock(), lasts = false }: WatchOptions = {},
  ) {
    this.#lasts = lasts;
    this.#directory = directory;
    this.#onLog = onLog;
    if ("now" in clock) this.#now = () => clock.now();
    else this.clockObstacle = clock.obstacle;
    this.#tick();
  }

  /** All logs so far. */
  get logs(): readonly WatchedLog[] {
    return [...this.#logs.values()];
  }

  /** The processes that have logs. */
  get processes(): readonly LoggedProcess[] {
    return [...this.#processes.values()];
  }

  /**
   * Maps a file as executable at a known moment. Where perf records this command, its recording
   * then has the directory's path, and a moment on both clocks.
   *
   * @param name The marker's name, as `start`.
   * @returns Whether the file was mapped, so that perf can have seen it.
   */
  mark(name: string): boolean {
    if (this.#now === undefined) return false;
    const path = `${this.#directory}/marker-${name}`;
    let descriptor: number | undefined;
    try {
      const { O_RDWR, O_CREAT, O_EXCL } = fs.constants;
      descriptor = fs.openSync(path, O_RDWR | O_CREAT | O_EXCL, 0o600);
      const library = loadedNativeLibrary() ?? loadNativeLibrary();
      const before = this.#now();
      if (library.xp_map_marker(descriptor) !== 0) return false;
      this.#markers.push({ path, before, after: this.#now() });
      this.#isChanged = true;
      return true;
    } catch {
      return false;
    } finally {
      if (descriptor !== undefined) fs.closeSync(descriptor);
    }
  }

  /** Notes that the first bytes of a log are gone. */
  noteReleased(name: string, bytes: number): void {
    const log = this.#logs.get(name);
    if (log === undefined || bytes <= log.released) return;
    log.released = bytes;
    this.#isChanged = true;
  }

  /**
   * Removes the log of an isolate that has ended, and forgets it.
   *
   * @param name The log's name.
   */
  remove(name: string): void {
    const log = this.#logs.get(name);
    if (log === undefined) return;
    fs.rmSync(log.path, { force: true });
    this.#logs.delete(name);
    if (![...this.#logs.values()].some(({ pid }) => pid === log.pid)) {
      this.#processes.delete(log.pid);
    }
    this.#isChanged = true;
  }

  /** Polls a last time, writes the clock file, and stops. Calling it again has no effect. */
  finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    clearTimeout(this.#timer);
    this.#look();
    for (const log of this.#logs.values()) {
      if (!log.isEnded) this.#end(log);
    }
    this.#write();
  }

  #tick(): void {
    const now = performance.now();
    if (now >= this.#lookDue) {
      this.#lookIfChanged(now);
      this.#lookDue = now + this.#pause(now);
    }
    for (const log of this.#logs.values()) {
      if (!log.isEnded && now >= log.due) this.#poll(log, now);
    }
    if (this.#isChanged && now >= this.#writeDue) {
      this.#write();
      const took = performance.now() - now;
      this.#writeDue = now + Math.max(WRITE_INTERVALS[this.#age], 100 * took);
    }
    const pause = now < this.#quickUntil ? 1 : this.#pause(now);
    this.#timer = setTimeout(() => this.#tick(), pause);
  }

  #pause(now: number): number {
    const age = this.#age;
    if (age !== "usual") return PAUSES[age];
    return now - this.#grown < IDLE ? PAUSES.usual : PAUSES.idle;
  }

  /** How long the program has run. */
  get #age(): "first" | "usual" | "lasting" {
    const age = Date.now() - this.#started;
    if (age < FIRST) return "first";
    return this.#lasts && age >= LASTING ? "lasting" : "usual";
  }

  /**
   * Reads the directory if it has changed in the last 50 ms. A file that appears within the same
   * tick as the last change does not change the directory's time again.
   */
  #lookIfChanged(now: number): void {
    try {
      const { mtimeMs } = fs.statSync(this.#directory);
      if (mtimeMs !== this.#directoryTime) {
        this.#directoryTime = mtimeMs;
        this.#directoryChanged = now;
      }
      if (now - this.#directoryChanged < 50) this.#look();
    } catch {
      // The program has removed the directory. The logs that are open are lost with it.
    }
  }

  #look(): void {
    let names: string[];
    try {
      names = fs.readdirSync(this.#directory);
    } catch {
      return;
    }
    for (const name of names) {
      if (!this.#logs.has(name)) this.#add(name);
    }
  }

  #add(name: string): void {
    const parsed = parseLogName(name);
    if (parsed === undefined) return;
    const path = `${this.#directory}/${name}`;
    const now = performance.now();
    const log: Log = {
      path,
      name,
      pid: parsed.pid,
      size: 0,
      isEnded: false,
      released: 0,
      found: now,
      due: now,
      pause: 0,
      lifeDue: now + LIFE_INTERVAL,
      early: [],
      late: [],
    };
    this.#logs.set(name, log);
    // A log that the clock file does not have yet has no clock.
    this.#writeDue = Math.min(this.#writeDue, now + WRITE_INTERVALS.usual);
    this.#quickUntil = now + QUICK;
    do {
      this.#poll(log, now);
    } while (performance.now() - now < BURST && this.#now !== undefined);
    const birth = this.#birthOf(path);
    if (birth !== undefined) log.early.push(birth);
    // The directory's mode may let other users in, but logs are for this user only.
    fs.chmodSync(path, 0o600);
    const pid = log.pid = this.#outerNumber(parsed.pid, name);
    if (!this.#processes.has(pid)) this.#processes.set(pid, describe(pid));
    this.#isChanged = true;
    this.#onLog(log);
  }

  /**
   * Returns the number of a log's process in our pid namespace. A process in a namespace of its
   * own, as in a container, has another number there, and names its log by that one.
   */
  #outerNumber(pid: number, name: string): number {
    if (hasOpen(pid, name)) return pid;
    // Most such processes have just ended already, so a search for each would be in vain.
    const now = performance.now();
    if (now < this.#searchDue) return pid;
    this.#searchDue = now + SEARCH_INTERVAL;
    const isIt = (outer: number) =>
      innerNumber(readText(`/proc/${outer}/status`) ?? "") === pid && hasOpen(outer, name);
    return listDirectory("/proc").map(Number).filter(Number.isInteger).find(isIt) ?? pid;
  }

  #poll(log: Log, now: number): void {
    const isNew = now - log.found < QUICK;
    let size: number;
    const before = this.#now?.() ?? 0;
    try {
      size = fs.statSync(log.path).size;
    } catch {
      log.isEnded = true;
      return;
    }
    const after = this.#now?.() ?? 0;
    const hasGrown = size !== log.size;
    log.size = size;
    if (this.#now !== undefined) this.#note(log, [before, after, size], isNew);
    if (hasGrown) {
      this.#isChanged = true;
      this.#grown = now;
    }
    // A log that does not grow is polled less often; so is each log where there are many.
    log.pause = hasGrown ? 0 : Math.min(log.pause + PAUSES.usual, LONGEST_PAUSE);
    log.due = isNew ? now : now + Math.max(log.pause, this.#logs.size);
    if (now >= log.lifeDue) {
      log.lifeDue = now + LIFE_INTERVAL;
      if (!fs.existsSync(`/proc/${log.pid}`)) this.#end(log);
    }
  }

  /** Keeps the first and the last poll at each size. */
  #note({ early, late }: Log, poll: Poll, isNew: boolean): void {
    const polls = isNew ? early : late;
    const size = poll[2];
    if (polls.at(-1)?.[2] === size && polls.at(-2)?.[2] === size) polls.pop();
    polls.push(poll);
    if (polls !== late || late.length < MOST_LATE_POLLS) return;
    // Every second pair stays, so that the late polls cover all of a long run.
    const kept = late.filter((_, i) => i % 4 < 2 || i >= late.length - 2);
    late.splice(0, late.length, ...kept);
  }

  /** Polls a log a last time. The file's time of change is the time when it reached this size. */
  #end(log: Log): void {
    const { pid } = log;
    log.isEnded = !fs.existsSync(`/proc/${pid}`);
    try {
      const before = this.#now?.() ?? 0;
      const stats = fs.statSync(log.path, { bigint: true });
      log.size = Number(stats.size);
      if (this.#now === undefined) return;
      const written = this.#monotonic(Number(stats.mtimeNs));
      log.late.push([...written, log.size], [before, this.#now(), log.size]);
    } catch {
      log.isEnded = true;
    }
    this.#isChanged = true;
  }

  /** Makes a poll of the file's time of birth, when the log was empty. */
  #birthOf(path: string): Poll | undefined {
    if (this.#now === undefined) return undefined;
    try {
      const { birthtimeNs } = fs.statSync(path, { bigint: true });
      return birthtimeNs > 0n ? [...this.#monotonic(Number(birthtimeNs)), 0] : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Finds the two moments between which a file got a time, given in nanoseconds since the epoch.
   */
  #monotonic(time: number): [before: number, after: number] {
    const before = this.#now!();
    // Date.now() has whole milliseconds, rounded down.
    const real = 1e6 * Date.now();
    const after = this.#now!();
    return [before - (real + 1e6 - time), after - (real - time) + TICK];
  }

  /** Replaces the clock file as a whole, because the command can be killed at any moment. */
  #write(): void {
    const content: ClockFile = {
      command: { pid: process.pid, started: this.#started },
      isComplete: this.#isFinished && this.logs.every(({ isEnded }) => isEnded),
      processes: [...this.#processes.values()],
      logs: Object.fromEntries(
        [...this.#logs.values()].map(({ name, pid, early, late, released }) => [
          name,
          { pid, polls: [...early, ...late], ...(released > 0 ? { released } : {}) },
        ]),
      ),
      markers: this.#markers,
    };
    const path = `${this.#directory}/${CLOCK_FILE}`;
    try {
      fs.writeFileSync(`${path}.new`, formatClockFile(content), { mode: 0o600 });
      fs.renameSync(`${path}.new`, path);
      this.#isChanged = false;
    } catch {
      // The disk is full or the directory is gone, so the logs stay without times.
    }
  }
}

function describe(pid: number): LoggedProcess {
  const described: LoggedProcess = { pid };
  try {
    described.executable = fs.readlinkSync(`/proc/${pid}/exe`);
    const words = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    // Each word ends with NUL.
    described.command = words.slice(0, -1);
  } catch {
    // It has ended.
  }
  return described;
}

function hasOpen(pid: number, name: string): boolean {
  return listDirectory(`/proc/${pid}/fd`).some((descriptor) => {
    try {
      return fs.readlinkSync(`/proc/${pid}/fd/${descriptor}`).endsWith(`/${name}`);
    } catch {
      return false;
    }
  });
}
