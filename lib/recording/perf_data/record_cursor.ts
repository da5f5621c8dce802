import type { PerfDataFile } from "./data_file.ts";
import type { FileSection } from "./file_header.ts";

/** Bytes that are read at once. */
const CHUNK = 4 << 20;

/** `struct perf_event_header`: type, misc, size. */
const RECORD_HEAD = 8;

/** Goes through the records of a file, with no more of it in memory than a chunk. */
export class RecordCursor {
  /** The part of the file that has been read; {@linkcode RecordCursor.at} is in it. */
  view: DataView = new DataView(new ArrayBuffer(0));
  /** Where the record begins in the view. */
  at = 0;
  /** `PERF_RECORD_*`. */
  type = 0;
  /** `PERF_RECORD_MISC_*`. */
  misc = 0;
  /** Bytes of the record, its head included. */
  size = 0;
  readonly #file: PerfDataFile;
  readonly #end: number;
  /** Where the view begins in the file. */
  #start: number;

  /**
   * @param file The file.
   * @param section Where its records are.
   */
  constructor(file: PerfDataFile, section: FileSection) {
    this.#file = file;
    this.#start = section.offset;
    this.#end = Math.min(section.offset + section.size, file.size);
  }

  /** Bytes of the file up to the record. */
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

  /** Reads on from the record; false where less than this is left. */
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
