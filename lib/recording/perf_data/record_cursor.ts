import type { PerfDataFile } from "./data_file.ts";
import type { FileSection } from "./file_header.ts";

/** The number of bytes that are read at once. */
const CHUNK = 4 << 20;

/** `struct perf_event_header`: type, misc, size. */
const RECORD_HEAD = 8;

/** Reads the records of a file one by one, with no more than a chunk of the file in memory. */
export class RecordCursor {
  /** The part of the file that has been read; {@linkcode RecordCursor.at} is in it. */
  view: DataView = new DataView(new ArrayBuffer(0));
  /** The offset of the record in the view. */
  at = 0;
  /** `PERF_RECORD_*`. */
  type = 0;
  /** `PERF_RECORD_MISC_*`. */
  misc = 0;
  /** The record's size in bytes, with its head. */
  size = 0;
  readonly #file: PerfDataFile;
  readonly #end: number;
  /** The offset of the view in the file. */
  #start: number;

  /**
   * @param file The file.
   * @param section The part of the file that has the records.
   */
  constructor(file: PerfDataFile, section: FileSection) {
    this.#file = file;
    this.#start = section.offset;
    this.#end = Math.min(section.offset + section.size, file.size);
  }

  /** The offset of the record in the file. */
  get offset(): number {
    return this.#start + this.at;
  }

  /** Goes to the next record; false behind the last, or where the file is cut off or damaged. */
  next(): boolean {
    this.at += this.size;
    this.size = 0;
    if (this.at + RECORD_HEAD > this.view.byteLength && !this.#fill(RECORD_HEAD)) return false;
    const { view } = this;
    const size = view.getUint16(this.at + 6, true);
    if (size < RECORD_HEAD) return false;
    if (this.at + size > view.byteLength && !this.#fill(size)) return false;
    this.type = this.view.getUint32(this.at, true);
    this.misc = this.view.getUint16(this.at + 4, true);
    this.size = size;
    return true;
  }

  /** Reads a chunk from the record on; false where fewer bytes are left than needed. */
  #fill(needed: number): boolean {
    this.#start += this.at;
    this.at = 0;
    const length = Math.min(CHUNK, this.#end - this.#start);
    if (length < needed) return false;
    const bytes = this.#file.read(this.#start, length);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return bytes.byteLength >= needed;
  }
}
