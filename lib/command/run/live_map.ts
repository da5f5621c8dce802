/*
 * Keeps the perf map of another process current while V8 makes and moves that process's code. A
 * user who runs perf by hand then finds names at any time.
 *
 * The process itself may append to the same file (withPerf() and writePerfMapEntry() do). So this
 * file only appends lines. It does not remove a line whose code is gone, but retires it: it
 * overwrites the line's numbers with zeros. It never touches lines of the process.
 */
import * as fs from "node:fs";

import { PerfError } from "../../base/perf_error.ts";
import { systemReason } from "../../base/system_reason.ts";
import { formatPerfMapEntry, perfMapPath } from "../../backends/perf_map/perf_map.ts";
import { parseProcessStart } from "../../runtime/process_start.ts";
import { userId } from "../../runtime/runtime.ts";

/** A piece of code that has a name. */
export interface MapEntry {
  /** The address of its first byte. */
  address: number;
  /** Its size in bytes. */
  size: number;
  /** The name that perf shows. */
  symbol: string;
}

/** A source of names for a process's code, such as the log of one isolate. */
export interface MapSource {
  /** Returns the code that was made since the last call; older code at its addresses is gone. */
  takeChanges(): { added: Iterable<MapEntry> };
}

/** A line that this process has written. */
interface Line {
  start: number;
  end: number;
  symbol: string;
  /** The offset in the file; `undefined` where it could not be found. */
  offset: number | undefined;
  /** The text of its two numbers, with the space between them. */
  numbers: string;
}

/** The size of a page. The kernel can cut a write where a page ends. */
const PAGE = 4096;

/** The perf map of another process, which grows with the code that is added. */
export class LiveMap {
  /** The path of the map. */
  readonly path: string;
  readonly #appending: number;
  /**
   * A second descriptor of the map, which can overwrite lines: through a descriptor with O_APPEND
   * the kernel writes only at the end.
   */
  readonly #patching: number | undefined;
  /** Lines in the order of their addresses; none overlaps another. */
  readonly #lines: Line[] = [];
  #isRetired = false;
  #isClosed = false;

  /**
   * Opens or makes the map. A map that was last written before the process began belongs to an
   * earlier process of the same number, and is replaced.
   *
   * @param pid The number of the process in perf's namespace.
   * @throws {PerfError} If the path is not a regular file of this user, or cannot be written.
   */
  constructor(pid: number, path: string = perfMapPath(pid)) {
    this.path = path;
    this.#appending = openMap(path, startOf(pid));
    try {
      // The descriptor's own path names this file, even if the map's path has been replaced.
      this.#patching = fs.openSync(`/proc/self/fd/${this.#appending}`, fs.constants.O_RDWR);
    } catch {
      // Without it, lines of code that is gone stay beside those of the newer code.
    }
  }

  /**
   * Appends lines for code, and retires the lines of older code at its addresses.
   *
   * @throws {PerfError} If the file cannot be written.
   */
  add(entries: Iterable<MapEntry>): void {
    // Code can replace other code of the same batch, whose line is then not written.
    const fresh: Line[] = [];
    for (const entry of entries) {
      const line = lineOf(entry);
      if (line === undefined || this.#replace(line)) continue;
      fresh.push(line);
    }
    this.#append(fresh.filter((line) => this.#lines[this.#indexOf(line.start)] === line));
  }

  /**
   * Rewrites the map without retired lines, and closes it. To be called when the process has ended,
   * because lines that it appends from now on are lost. All other lines stay.
   */
  finish(): void {
    try {
      if (this.#isRetired) this.#compact();
    } catch {
      // The map keeps its retired lines, whose zeros name nothing.
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

  /** Replaces the lines that a line overlaps; `true` where the line itself is there already. */
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

  /** Finds the index of the first line that ends behind an address. */
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
   * Appends lines in one write. If this process is killed, the kernel ends the write where a page
   * ends (generic_perform_write, mm/filemap.c). So a line that would cross a page's end gets zeros
   * in front of its first number, which fill the page: a cut write then leaves at most zeros.
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

  /** Finds our bytes in the file: the process may have appended in front of them. */
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
    // Another file at this path must not be replaced.
    const now = fs.lstatSync(this.path);
    const ours = fs.fstatSync(this.#appending);
    if (now.ino !== ours.ino || now.dev !== ours.dev) return;
    const text = readWhole(this.#patching!);
    // A line that is cut off at the end is left out.
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

/**
 * Finds the start of a process, in milliseconds since the epoch; estimates it where it has ended.
 */
function startOf(pid: number): number {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return parseProcessStart(stat, fs.readFileSync("/proc/uptime", "utf8"), Date.now()) ??
      Date.now();
  } catch {
    return Date.now() - SHORT_LIFE;
  }
}

/** The longest life of a process that ended before its log was found, in milliseconds. */
const SHORT_LIFE = 10_000;

/** Opens a map as lib/backends/own_file.ts does, but for a process that began at `start`. */
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
