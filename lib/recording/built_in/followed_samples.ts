import { readSampleFile, type SampleFile, SampleRecord } from "./sample_file.ts";

/** Bytes of a record's kind and size. */
const HEAD = 8;

/** The most records of memory maps that are kept: code that was unmapped since has no samples. */
const MOST_MAPS = 2;

/** The samples that one reader has not taken yet. */
interface Reader {
  pieces: Uint8Array[];
}

/**
 * A file of the built-in sampler that is still being written. Each reader gets all samples since it
 * last took some; the facts in front of them, as threads and memory maps, are kept for it.
 */
export class FollowedSamples {
  readonly #start: Uint8Array[] = [];
  readonly #threads = new Map<number, Uint8Array>();
  #maps: Uint8Array[] = [];
  readonly #readers = new Set<Reader>();
  #rest = new Uint8Array();
  #dropped = 0;

  /** Adds the next bytes of the file. */
  push(bytes: Uint8Array): void {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const view = new DataView(all.buffer);
    let at = 0;
    while (at + HEAD <= all.length) {
      const size = view.getUint32(at + 4, true);
      if (size < HEAD || at + size > all.length) break;
      this.#take(all.subarray(at, at + size), view.getUint32(at, true));
      at += size;
    }
    this.#rest = all.slice(at);
  }

  /** Begins to read from here on. */
  read(): { take(): SampleFile | undefined; [Symbol.dispose](): void } {
    const reader: Reader = { pieces: [] };
    this.#readers.add(reader);
    return {
      take: () => {
        const { pieces } = reader;
        reader.pieces = [];
        if (pieces.length === 0 || this.#start.length === 0) return undefined;
        const facts = [...this.#start, ...this.#threads.values(), ...this.#maps];
        const file = readSampleFile(joined([...facts, ...pieces]));
        return file.samples.length === 0 ? undefined : { ...file, counts: this.#since(file) };
      },
      [Symbol.dispose]: () => this.#readers.delete(reader),
    };
  }

  #take(record: Uint8Array, kind: number): void {
    if (kind === SampleRecord.START) {
      if (this.#start.length === 0) this.#start.push(record.slice());
    } else if (kind === SampleRecord.THREAD) {
      const thread = new DataView(record.buffer, record.byteOffset).getUint32(HEAD, true);
      this.#threads.set(thread, record.slice());
    } else if (kind === SampleRecord.MAPS) {
      this.#maps = [...this.#maps, record.slice()].slice(-MOST_MAPS);
    } else {
      for (const reader of this.#readers) reader.pieces.push(record);
    }
  }

  /** The file counts from the start of sampling. */
  #since({ counts }: SampleFile): SampleFile["counts"] {
    if (counts === undefined) return undefined;
    const dropped = Math.max(0, counts.dropped - this.#dropped);
    this.#dropped = counts.dropped;
    return { ...counts, dropped };
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
