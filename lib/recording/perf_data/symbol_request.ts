/*
 * Makes a recording by which perf looks addresses up: perf finds debug information, kernel symbols
 * and perf maps, and demangles names. The recording repeats the memory maps of the recorded
 * processes. Its samples have the addresses as their call chains.
 */
import { type PerfDataFile, readSection } from "./data_file.ts";
import { SampleType } from "./event_attributes.ts";
import { Feature, type FileHeader } from "./file_header.ts";
import type { PendingAddress } from "./locations.ts";
import { RecordType, type SideEvent } from "./side_events.ts";

/** Addresses of one sample; perf shows no more than `--max-stack` of them. */
const MOST_ADDRESSES = 1000;

/** Features that perf needs to find symbols. */
const FEATURES = [
  Feature.BUILD_ID,
  Feature.HOSTNAME,
  Feature.OSRELEASE,
  Feature.VERSION,
  Feature.ARCH,
  Feature.NRCPUS,
].sort((a, b) => a - b);

const HEADER_SIZE = 104;
const ATTRIBUTES_SIZE = 64;
const SAMPLE_TYPE = SampleType.IP | SampleType.TID | SampleType.TIME | SampleType.CALLCHAIN |
  SampleType.PERIOD;
/** Flags of `perf_event_attr`: mmap, comm, freq, task, sample_id_all, mmap2, comm_exec. */
const FLAGS = 1 << 8 | 1 << 9 | 1 << 10 | 1 << 13 | 1 << 18 | 1 << 23 | 1 << 24;

/** A recording that asks perf for symbols, and the addresses that each of its samples asks for. */
export interface SymbolRequest {
  /** The recording, as a file of perf's. */
  bytes: Uint8Array<ArrayBuffer>;
  /**
   * For each sample the indices of its addresses among the pending ones, in the order of its call
   * chain. The period of a sample is its index here plus 1.
   */
  samples: number[][];
}

/**
 * Makes a recording that asks perf for symbols.
 *
 * @param pending The addresses.
 * @param source The recording that they are from, with its events beside the samples.
 */
export function symbolRequest(
  pending: readonly PendingAddress[],
  { file, header, events }: {
    file: PerfDataFile;
    header: FileHeader;
    events: readonly SideEvent[];
  },
): SymbolRequest {
  const records = new RecordWriter(pending);
  const order = pending.map((_, i) => i).sort((a, b) => pending[a]!.time - pending[b]!.time);
  let next = 0;
  const askUntil = (time: number) => {
    while (next < order.length && pending[order[next]!]!.time < time) records.ask(order[next++]!);
  };
  for (const event of events) {
    askUntil(event.time);
    // Behind this event other code may be at the process's addresses, so ask for them before it.
    if (event.pid < 0) records.flushAll();
    else records.flush(event.pid);
    records.writeEvent(event);
  }
  askUntil(Infinity);
  records.flushAll();
  return { bytes: fileOf(records.bytes(), file, header), samples: records.samples };
}

/** Writes records. Their times count up from 1, so that perf keeps their order. */
class RecordWriter {
  readonly samples: number[][] = [];
  readonly #pending: readonly PendingAddress[];
  /** Indices of addresses by process, user's and kernel's apart. */
  readonly #asked = new Map<number, { user: number[]; kernel: number[] }>();
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  #time = 1;

  constructor(pending: readonly PendingAddress[]) {
    this.#pending = pending;
  }

  /** Asks for an address in the memory that its process has at this point of the recording. */
  ask(index: number): void {
    const { pid, isKernel } = this.#pending[index]!;
    let asked = this.#asked.get(pid);
    if (asked === undefined) this.#asked.set(pid, asked = { user: [], kernel: [] });
    (isKernel ? asked.kernel : asked.user).push(index);
  }

  /** Writes samples with the addresses that were asked for in a process. */
  flush(pid: number): void {
    const asked = this.#asked.get(pid);
    if (asked === undefined) return;
    this.#asked.delete(pid);
    for (const [isKernel, indices] of [[false, asked.user], [true, asked.kernel]] as const) {
      for (let i = 0; i < indices.length; i += MOST_ADDRESSES) {
        this.#writeSample(pid, indices.slice(i, i + MOST_ADDRESSES), isKernel);
      }
    }
  }

  flushAll(): void {
    for (const pid of [...this.#asked.keys()]) this.flush(pid);
  }

  /** Writes an event with a new `sample_id`: process, thread and time. */
  writeEvent({ raw, pid }: SideEvent): void {
    const size = Math.ceil(raw.length / 8) * 8 + 16;
    const { bytes, view } = this.#record(size);
    bytes.set(raw);
    view.setUint16(6, size, true);
    view.setInt32(size - 16, pid, true);
    view.setInt32(size - 12, pid, true);
    view.setBigUint64(size - 8, BigInt(this.#time++), true);
  }

  /**
   * Writes head, ip, pid, tid, time, period, number of addresses, the context and the addresses.
   */
  #writeSample(pid: number, indices: number[], isKernel: boolean): void {
    const size = 8 + 5 * 8 + 8 * (1 + indices.length);
    const { view } = this.#record(size);
    view.setUint32(0, RecordType.SAMPLE, true);
    view.setUint16(4, isKernel ? 1 : 2, true);
    view.setUint16(6, size, true);
    const [low, high] = [this.#pending[indices[0]!]!.low, this.#pending[indices[0]!]!.high];
    view.setUint32(8, low, true);
    view.setUint32(12, high, true);
    view.setInt32(16, pid, true);
    view.setInt32(20, pid, true);
    view.setBigUint64(24, BigInt(this.#time++), true);
    view.setBigUint64(32, BigInt(this.samples.push(indices)), true);
    view.setBigUint64(40, BigInt(1 + indices.length), true);
    view.setBigInt64(48, isKernel ? -128n : -512n, true);
    for (const [i, index] of indices.entries()) {
      view.setUint32(56 + 8 * i, this.#pending[index]!.low, true);
      view.setUint32(60 + 8 * i, this.#pending[index]!.high, true);
    }
  }

  #record(size: number): { bytes: Uint8Array<ArrayBuffer>; view: DataView } {
    const bytes = new Uint8Array(size);
    this.#pieces.push(bytes);
    return { bytes, view: new DataView(bytes.buffer) };
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return joined(this.#pieces);
  }
}

/** Puts a file together: head, attributes, records, the table of features, the features. */
function fileOf(
  records: Uint8Array<ArrayBuffer>,
  file: PerfDataFile,
  { features }: FileHeader,
): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(HEADER_SIZE + ATTRIBUTES_SIZE + 16);
  const view = new DataView(head.buffer);
  const setUint64 = (at: number, value: number) => view.setBigUint64(at, BigInt(value), true);
  const present = FEATURES.filter((number) => features.has(number));
  head.set(new TextEncoder().encode("PERFILE2"));
  setUint64(8, HEADER_SIZE);
  setUint64(16, ATTRIBUTES_SIZE + 16);
  setUint64(24, HEADER_SIZE);
  setUint64(32, ATTRIBUTES_SIZE + 16);
  setUint64(40, head.length);
  setUint64(48, records.length);
  for (const number of present) head[72 + (number >> 3)]! |= 1 << (number & 7);
  // A software event, PERF_COUNT_SW_CPU_CLOCK; it has no ids.
  view.setUint32(HEADER_SIZE, 1, true);
  view.setUint32(HEADER_SIZE + 4, ATTRIBUTES_SIZE, true);
  setUint64(HEADER_SIZE + 16, 1);
  setUint64(HEADER_SIZE + 24, SAMPLE_TYPE);
  setUint64(HEADER_SIZE + 40, FLAGS);
  const table = new Uint8Array(16 * present.length);
  const tableView = new DataView(table.buffer);
  const contents: Uint8Array<ArrayBuffer>[] = [];
  let offset = head.length + records.length + table.length;
  for (const [i, number] of present.entries()) {
    const { buffer, byteOffset, byteLength } = readSection(file, features.get(number)!);
    contents.push(new Uint8Array(buffer, byteOffset, byteLength).slice());
    tableView.setBigUint64(16 * i, BigInt(offset), true);
    tableView.setBigUint64(16 * i + 8, BigInt(byteLength), true);
    offset += byteLength;
  }
  return joined([head, records, table, ...contents]);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
