/*
 * Keeps the perf map of another process current while V8 makes and moves that process's code, so that
 * perf, run by hand, finds names at any time.
 *
 * The process itself may append to the same file (withPerf() and writePerfMapEntry() do). So lines are
 * only appended, and a line whose code is gone is not removed but retired: its numbers are
 * overwritten with zeros where they stand. Lines of others are never touched.
 */
import * as fs from "node:fs";

import { PerfError } from "../../base/perf_error.ts";
import { systemReason } from "../../base/system_reason.ts";
import { formatPerfMapEntry, perfMapPath } from "../../backends/perf_map/perf_map.ts";
import { parseProcessStart } from "../../runtime/process_start.ts";
import { userId } from "../../runtime/runtime.ts";

/** A piece of code that has a name. */
export interface MapEntry {
  /** Where it starts. */
  address: number;
  /** How long it is, in bytes. */
  size: number;
  /** The name that perf shows. */
  symbol: string;
}

/** Where the names of a process's code come from, such as the log of one isolate. */
export interface MapSource {
  /** The code that has come to be since the last call; what it lies over is gone. */
  takeChanges(): { added: Iterable<MapEntry> };
}

/** A line of ours. */
interface Line {
  start: number;
  end: number;
  symbol: string;
  /** Where it stands in the file; `undefined` where that could not be found out. */
  offset: number | undefined;
  /** How many bytes its two numbers take, with the space between them. */
  numbers: string;
}

/** Bytes of a page, where the kernel can cut a write. */
const PAGE = 4096;

/** The perf map of another process, which grows with the code that is added. */
export class LiveMap {
  /** Where it is. */
  readonly path: string;
  readonly #appending: number;
  /** A second descriptor of the map: the kernel writes at the end only where a file is open for appending. */
  readonly #patching: number | undefined;
  /** By address; none over another. */
  readonly #lines: Line[] = [];
  #isRetired = false;
  #isClosed = false;

  /**
   * Opens or makes the map. One that was last written before the process began belongs to an earlier
   * process of its number, and is replaced.
   *
   * @param pid The process, by the number that perf knows it by.
   * @throws {PerfError} If what stands there is not a regular file of this user, or cannot be written.
   */
  constructor(pid: number, path: string = perfMapPath(pid)) {
    this.path = path;
    this.#appending = openMap(path, startOf(pid));
    try {
      // By its number, so that it is this file, whatever the path names meanwhile.
      this.#patching = fs.openSync(`/proc/self/fd/${this.#appending}`, fs.constants.O_RDWR);
    } catch {
      // Names of code that is gone stay, beside those of the code in its place.
    }
  }

  /**
   * Appends lines for code, and retires the lines of what was there before.
   *
   * @throws {PerfError} If the file cannot be written.
   */
  add(entries: Iterable<MapEntry>): void {
    // Of code that lies over other code of the same batch the last counts.
    const fresh: Line[] = [];
    for (const entry of entries) {
      const line = lineOf(entry);
      if (line === undefined || this.#replace(line)) continue;
      fresh.push(line);
    }
    this.#append(fresh.filter((line) => this.#lines[this.#indexOf(line.start)] === line));
  }

  /**
   * Writes the map anew, without retired lines, and closes it. To be called when the process has ended:
   * what it appends from now on is lost. The code at the end and the lines of others stay.
   */
  finish(): void {
    try {
      if (this.#isRetired) this.#compact();
    } catch {
      // The map stays with zeros in it, which name nothing.
    }
    this.close();
  }

  /** Closes the map as it is. Calling it again has no effect. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    fs.closeSync(this.#appending);
    if (this.#patching !== undefined) fs.closeSync(this.#patching);
  }

  /** Puts a line in the place of those that it lies over; `true` where the same line is there already. */
  #replace(line: Line): boolean {
    const from = this.#indexOf(line.start);
    let to = from;
    while (to < this.#lines.length && this.#lines[to]!.start < line.end) to++;
    const [same] = this.#lines.slice(from, to);
    if (
      to - from === 1 && same!.start === line.start && same!.end === line.end &&
      same!.symbol === line.symbol
    ) {
      return true;
    }
    for (const stale of this.#lines.splice(from, to - from, line)) this.#retire(stale);
    return false;
  }

  /** The first line that ends behind an address. */
  #indexOf(address: number): number {
    let low = 0;
    let high = this.#lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#lines[middle]!.end > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #retire({ offset, numbers }: Line): void {
    if (offset === undefined || this.#patching === undefined) return;
    const zeros = new TextEncoder().encode(numbers.replace(/[^ ]/g, "0"));
    const old = new Uint8Array(zeros.length);
    fs.readSync(this.#patching, old, 0, old.length, offset);
    if (new TextDecoder().decode(old) !== numbers) return;
    fs.writeSync(this.#patching, zeros, 0, zeros.length, offset);
    this.#isRetired = true;
  }

  /**
   * Appends lines in one write. The kernel ends the write of a killed process where a page ends
   * (generic_perform_write, mm/filemap.c), so a line that would lie across two pages gets zeros in
   * front of its first number that fill the first page: then at most zeros are left.
   */
  #append(lines: readonly Line[]): void {
    if (lines.length === 0) return;
    const { size } = fs.fstatSync(this.#appending);
    const texts: string[] = [];
    let at = size;
    for (const line of lines) {
      const text = formatLine(line);
      const length = new TextEncoder().encode(text).length;
      const room = PAGE - at % PAGE;
      const zeros = length > room && length <= PAGE ? "0".repeat(room) : "";
      line.numbers = zeros + line.numbers;
      line.offset = at - size;
      texts.push(zeros, text);
      at += zeros.length + length;
    }
    const bytes = new TextEncoder().encode(texts.join(""));
    if (fs.writeSync(this.#appending, bytes) < bytes.length) {
      throw new PerfError(`Cannot write "${this.path}": the file system is full`, {
        code: "file",
        hint: "df /tmp",
      });
    }
    const start = this.#find(bytes, size);
    for (const line of lines) {
      line.offset = start === undefined ? undefined : start + line.offset!;
    }
  }

  /** Where our bytes went: behind others' that came since the size was asked for. */
  #find(bytes: Uint8Array, from: number): number | undefined {
    if (this.#patching === undefined) return undefined;
    const tail = new Uint8Array(fs.fstatSync(this.#patching).size - from);
    const length = fs.readSync(this.#patching, tail, 0, tail.length, from);
    for (let at = 0; at + bytes.length <= length; at++) {
      if (bytes.every((byte, i) => tail[at + i] === byte)) return from + at;
    }
    return undefined;
  }

  #compact(): void {
    // Another file at this path is not ours to replace.
    const now = fs.lstatSync(this.path);
    const ours = fs.fstatSync(this.#appending);
    if (now.ino !== ours.ino || now.dev !== ours.dev) return;
    const text = readWhole(this.#patching!);
    // A line that was cut off at the end stays out.
    const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n").slice(0, -1);
    const kept = lines.filter((line) => !/^0+ 0+ /.test(line)).map((line) =>
      line.replace(/^0+(?=[0-9a-f])/, "") + "\n"
    );
    const beside = `${this.path}.${ours.ino}`;
    fs.writeFileSync(beside, kept.join(""), { flag: "wx", mode: 0o600 });
    fs.renameSync(beside, this.path);
  }
}

function lineOf({ address, size, symbol }: MapEntry): Line | undefined {
  const isSound = Number.isSafeInteger(address) && Number.isSafeInteger(size) && address > 0 &&
    size > 0 && symbol !== "";
  if (!isSound) return undefined;
  return {
    start: address,
    end: address + size,
    symbol,
    offset: undefined,
    numbers: `${address.toString(16)} ${size.toString(16)}`,
  };
}

function formatLine({ start, end, symbol }: Line): string {
  const line = formatPerfMapEntry({ address: start, size: end - start, name: symbol });
  return new TextDecoder().decode(line);
}

function readWhole(descriptor: number): string {
  const bytes = new Uint8Array(fs.fstatSync(descriptor).size);
  const length = fs.readSync(descriptor, bytes, 0, bytes.length, 0);
  return new TextDecoder().decode(bytes.subarray(0, length));
}

/** When a process began, in milliseconds since the epoch; now where it has ended. */
function startOf(pid: number): number {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return parseProcessStart(stat, fs.readFileSync("/proc/uptime", "utf8"), Date.now()) ??
      Date.now();
  } catch {
    return Date.now() - SHORT_LIFE;
  }
}

/** A process that has ended before anybody looked lived no longer than that, in milliseconds. */
const SHORT_LIFE = 10_000;

/** lib/backends/own_file.ts does so for the map of its own process; here another process's start counts. */
function openMap(path: string, start: number): number {
  const { O_RDWR, O_APPEND, O_NOFOLLOW, O_NONBLOCK, O_CREAT, O_EXCL } = fs.constants;
  const flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK;
  try {
    for (let attempt = 0;; attempt++) {
      try {
        return fs.openSync(path, flags | O_CREAT | O_EXCL, 0o600);
      } catch (error) {
        if ((error as { code?: string }).code !== "EEXIST" || attempt > 2) throw error;
      }
      let descriptor: number;
      try {
        descriptor = fs.openSync(path, flags);
      } catch (error) {
        if ((error as { code?: string }).code === "ENOENT") continue;
        throw error;
      }
      const stats = fs.fstatSync(descriptor);
      const user = userId();
      const isOurs = stats.isFile() && stats.nlink === 1 &&
        (user === undefined || stats.uid === user);
      if (isOurs && stats.mtimeMs >= start) return descriptor;
      fs.closeSync(descriptor);
      if (!isOurs) throw new Error("it must be a regular file of this user or nothing");
      fs.unlinkSync(path);
    }
  } catch (cause) {
    throw new PerfError(`Cannot write "${path}": ${systemReason(cause)}`, {
      code: "file",
      hint: `ls -l ${path}`,
      cause,
    });
  }
}
