/*
 * Counts the samples in a file of perf's that is still being written. Of the format
 * (tools/perf/Documentation/perf.data-file-format.txt) it needs only the offset of the records and
 * the head of each record.
 */

/** The first bytes of the file, "PERFILE2". */
const MAGIC = 0x32454c4946524550n;

/** The place in the file's head of the records' offset: behind magic, two sizes and a section. */
const DATA_OFFSET_AT = 40;

/** `struct perf_event_header`: type, misc, size. */
const RECORD_HEAD = 8;

/** `PERF_RECORD_SAMPLE`. */
const SAMPLE = 9;

/** Counts samples, piece by piece from the start of the file. */
export class SampleCounter {
  /** The number of samples so far. */
  samples = 0;
  /** The end of the last piece, which was too short to read. */
  #rest = new Uint8Array();
  /** The number of bytes to skip before the next record's head. */
  #skip = 0;
  /** Whether everything so far can be a file of perf's. */
  #isReadable = true;
  #hasHead = false;

  /** Reads the next piece of the file. */
  push(piece: Uint8Array): void {
    if (!this.#isReadable) return;
    let bytes = piece;
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + piece.length);
      bytes.set(this.#rest);
      bytes.set(piece, this.#rest.length);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    while (this.#isReadable) {
      const skipped = Math.min(this.#skip, bytes.length - at);
      at += skipped;
      this.#skip -= skipped;
      const needed = this.#hasHead ? RECORD_HEAD : DATA_OFFSET_AT + 8;
      if (bytes.length - at < needed) break;
      if (this.#hasHead) this.#readRecord(view, at);
      else this.#readHead(view);
    }
    this.#rest = bytes.slice(at);
  }

  #readHead(view: DataView): void {
    this.#hasHead = true;
    this.#isReadable = view.getBigUint64(0, true) === MAGIC;
    this.#skip = Number(view.getBigUint64(DATA_OFFSET_AT, true));
  }

  #readRecord(view: DataView, at: number): void {
    if (view.getUint32(at, true) === SAMPLE) this.samples++;
    this.#skip = view.getUint16(at + 6, true);
    // Such a record exists only where perf has not written the file to its end.
    if (this.#skip < RECORD_HEAD) this.#isReadable = false;
  }
}
