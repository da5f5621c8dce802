/*
 * Samples in a file of perf's that is still being written. Of its format
 * (tools/perf/Documentation/perf.data-file-format.txt) no more is needed than where the records
 * begin, and what each begins with.
 */

/** What such a file begins with, "PERFILE2". */
const MAGIC = 0x32454c4946524550n;

/** Where its head says at which offset the records begin: after magic, two sizes and a section. */
const DATA_OFFSET_AT = 40;

/** `struct perf_event_header`: type, misc, size. */
const RECORD_HEAD = 8;

/** `PERF_RECORD_SAMPLE`. */
const SAMPLE = 9;

/** Counts samples, piece by piece from the start of the file. */
export class SampleCounter {
  /** Samples so far. */
  samples = 0;
  /** What of the last piece was not yet enough to read. */
  #rest = new Uint8Array();
  /** How many of the next bytes nobody needs. */
  #skip = 0;
  /** Whether it is a file of perf's, so far as one can tell. */
  #isReadable = true;
  #hasHead = false;

  /** Reads on. */
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
    // Only a file that is not written to its end has such a record.
    if (this.#skip < RECORD_HEAD) this.#isReadable = false;
  }
}
