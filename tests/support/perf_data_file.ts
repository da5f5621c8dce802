/*
 * Writes small recordings as perf would, record by record
 * (tools/perf/Documentation/perf.data-file-format.txt).
 */
import type { PerfDataFile } from "../../lib/recording/perf_data/data_file.ts";

/** Bits of `sample_type` (linux/perf_event.h). */
export const Bit = {
  IP: 1,
  TID: 2,
  TIME: 4,
  ADDR: 8,
  READ: 16,
  CALLCHAIN: 32,
  ID: 64,
  CPU: 128,
  PERIOD: 256,
  STREAM_ID: 512,
  RAW: 1024,
  BRANCH_STACK: 2048,
  REGS_USER: 4096,
  STACK_USER: 8192,
  IDENTIFIER: 65536,
} as const;

/** The fields that `perf record -g` asks for. */
export const USUAL = Bit.IP | Bit.TID | Bit.TIME | Bit.CALLCHAIN | Bit.PERIOD | Bit.IDENTIFIER;

/** The marker in front of user-space addresses of a call chain. */
export const USER = 0xfffffffffffffe00n;
/** The marker in front of the kernel's. */
export const KERNEL = 0xffffffffffffff80n;

/** Options of {@linkcode PerfDataWriter}. */
export interface FileOptions {
  events?: readonly string[];
  sampleType?: number;
  /** Each event's own, where they differ. */
  sampleTypes?: readonly number[];
  frequency?: number;
  /** Instead of a frequency. */
  count?: number;
  commandLine?: readonly string[];
  /** Whether features follow the records. @default {true} */
  hasFeatures?: boolean;
  /** Of more features, by number. */
  features?: Readonly<Record<number, Uint8Array>>;
  /** More bits of `perf_event_attr`'s flags. */
  flags?: bigint;
  readFormat?: number;
  clock?: number;
  branchType?: bigint;
  maxFrames?: number;
  /** Of each event, where they differ: a count instead of the frequency, and flags. */
  perEvent?: readonly { count?: number; flags?: bigint }[];
}

/** One sample. */
export interface SampleFields {
  pid: number;
  tid?: number;
  time: number;
  /**
   * The call chain with its markers, innermost first; the innermost address is the sample's too.
   */
  chain?: readonly (bigint | number)[];
  ip?: bigint | number;
  period?: number;
  event?: number;
  /** 1 in the kernel, 2 in user space. */
  misc?: number;
}

/** Numbers and texts, little-endian. */
class Bytes {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  u16(value: number): this {
    const at = this.#take(2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  u32(...values: number[]): this {
    for (const value of values) {
      const at = this.#take(4);
      this.#view.setUint32(at, value, true);
    }
    return this;
  }

  u64(...values: (bigint | number)[]): this {
    for (const value of values) {
      const at = this.#take(8);
      this.#view.setBigUint64(at, BigInt(value), true);
    }
    return this;
  }

  /** A text with a zero behind it, filled up to a multiple of `size`. */
  text(value: string | Uint8Array, size = 8): this {
    this.raw(typeof value === "string" ? new TextEncoder().encode(value) : value).raw([0]);
    while (this.length % size !== 0) this.raw([0]);
    return this;
  }

  /** A text of a feature: with its size in front. */
  string(value: string): this {
    const bytes = new TextEncoder().encode(value);
    const size = Math.ceil((bytes.length + 1) / 64) * 64;
    return this.u32(size).raw(bytes).raw(new Uint8Array(size - bytes.length));
  }

  raw(bytes: ArrayLike<number>): this {
    // The bytes may become others when there is no room.
    const at = this.#take(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }

  #take(size: number): number {
    const at = this.length;
    this.length += size;
    if (this.length > this.#bytes.length) {
      const bytes = new Uint8Array(2 * this.length);
      bytes.set(this.#bytes);
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    return at;
  }
}

/** `PERF_TYPE_*` and configuration of events that tests name. */
const KNOWN: Readonly<Record<string, readonly [number, number]>> = {
  "cpu-clock": [1, 0],
  "task-clock": [1, 1],
  "page-faults": [1, 2],
  "context-switches": [1, 3],
  cycles: [0, 0],
  instructions: [0, 1],
};

/** Puts a recording together. */
export class PerfDataWriter {
  readonly #options: FileOptions;
  readonly #events: readonly string[];
  readonly #records: Uint8Array[] = [];

  constructor(options: FileOptions = {}) {
    this.#options = options;
    this.#events = options.events ?? ["cpu-clock"];
  }

  /** A record of any kind, with a sample's identification behind it unless `time` is left out. */
  record(
    type: number,
    content: Uint8Array,
    { misc = 0, time, pid = 0, tid = pid, event = 0 }: {
      misc?: number;
      time?: number;
      pid?: number;
      tid?: number;
      event?: number;
    } = {},
  ): this {
    const trailer = time === undefined
      ? new Uint8Array()
      : this.#sampleId({ time, pid, tid, event });
    const size = 8 + content.length + trailer.length;
    this.#records.push(
      new Bytes().u32(type).u16(misc).u16(size).raw(content).raw(trailer).done(),
    );
    return this;
  }

  comm(
    pid: number,
    tid: number,
    name: string | Uint8Array,
    { time = 0, isExec = false }: { time?: number; isExec?: boolean } = {},
  ): this {
    const content = new Bytes().u32(pid, tid).text(name).done();
    return this.record(3, content, { misc: isExec ? 1 << 13 : 0, time, pid, tid });
  }

  map(
    pid: number,
    { start, size, path, offset = 0, time = 0, misc = 2 }: {
      start: number | bigint;
      size: number;
      path: string;
      offset?: number | bigint;
      time?: number;
      misc?: number;
    },
  ): this {
    const content = new Bytes().u32(pid, pid).u64(start, size, offset)
      .u32(254, 0).u64(7, 0).u32(5, 2).text(path).done();
    return this.record(10, content, { misc, time, pid });
  }

  /** The older record of the same. */
  mapOld(
    pid: number,
    { start, size, path, time = 0 }: {
      start: bigint | number;
      size: number;
      path: string;
      time?: number;
    },
  ): this {
    const content = new Bytes().u32(pid, pid).u64(start, size, 0).text(path).done();
    return this.record(1, content, { misc: 1, time, pid });
  }

  fork(
    pid: number,
    parent: number,
    { time, tid = pid, parentTid = parent, misc = 0 }: {
      time: number;
      tid?: number;
      parentTid?: number;
      misc?: number;
    },
  ): this {
    const content = new Bytes().u32(pid, parent, tid, parentTid).u64(time).done();
    return this.record(7, content, { misc, time, pid, tid });
  }

  /** A thread gets a processor, leaves it to wait, or has it taken away. */
  switched(
    kind: "in" | "out" | "preempted",
    { pid, tid = pid, time }: { pid: number; tid?: number; time: number },
  ): this {
    const misc = kind === "in" ? 0 : 1 << 13 | (kind === "preempted" ? 1 << 14 : 0);
    return this.record(14, new Uint8Array(), { misc, time, pid, tid });
  }

  /** A thread ends. */
  exit(pid: number, tid: number, time: number): this {
    return this.record(4, new Bytes().u32(pid, 1, tid, 1).u64(time).done(), { time, pid, tid });
  }

  lost(count: number): this {
    return this.record(2, new Bytes().u64(100, count).done(), { time: 1 });
  }

  lostSamples(count: number, misc = 0): this {
    return this.record(13, new Bytes().u64(count).done(), { time: 1, misc });
  }

  sample(fields: SampleFields): this {
    const { pid, tid = pid, time, chain = [], period = 1000, event = 0, misc = 2 } = fields;
    const ip = fields.ip ?? chain.find((entry) => BigInt(entry) < 0xfffffffffffff000n) ?? 0;
    const type = this.#typeOf(event);
    const bytes = new Bytes();
    if (type & Bit.IDENTIFIER) bytes.u64(100 + event);
    if (type & Bit.IP) bytes.u64(ip);
    if (type & Bit.TID) bytes.u32(pid, tid);
    if (type & Bit.TIME) bytes.u64(time);
    if (type & Bit.ADDR) bytes.u64(0xadd);
    if (type & Bit.ID) bytes.u64(100 + event);
    if (type & Bit.STREAM_ID) bytes.u64(0x57);
    if (type & Bit.CPU) bytes.u32(1, 0);
    if (type & Bit.PERIOD) bytes.u64(period);
    if (type & Bit.CALLCHAIN) bytes.u64(chain.length, ...chain);
    if (type & Bit.RAW) bytes.u32(4, 0x12345678);
    return this.record(9, bytes.done(), { misc });
  }

  /** The file. */
  bytes(): Uint8Array<ArrayBuffer> {
    const { hasFeatures = true } = this.#options;
    const features = { ...(hasFeatures ? this.#features() : {}), ...this.#options.features };
    const present = Object.keys(features).map(Number).sort((a, b) => a - b);
    const ids = this.#events.map((_, i) => 100 + i);
    const attributesAt = 104 + 8 * ids.length;
    const dataAt = attributesAt + 144 * ids.length;
    const data = new Bytes();
    for (const record of this.#records) data.raw(record);
    const bits = new Uint8Array(32);
    for (const number of present) bits[number >> 3]! |= 1 << (number & 7);
    const file = new Bytes().raw(new TextEncoder().encode("PERFILE2")).u64(104, 144)
      .u64(attributesAt, 144 * ids.length).u64(dataAt, data.length).u64(0, 0).raw(bits).u64(...ids);
    for (const i of ids.keys()) file.raw(this.#attributes(i)).u64(104 + 8 * i, 8);
    file.raw(data.done());
    let at = dataAt + data.length + 16 * present.length;
    for (const number of present) {
      file.u64(at, features[number]!.length);
      at += features[number]!.length;
    }
    for (const number of present) file.raw(features[number]!);
    return file.done();
  }

  /** The file, open. */
  file(): PerfDataFile {
    return openBytes(this.bytes());
  }

  #typeOf(event: number): number {
    return this.#options.sampleTypes?.[event] ?? this.#options.sampleType ?? USUAL;
  }

  #sampleId(
    { time, pid, tid, event }: { time: number; pid: number; tid: number; event: number },
  ): Uint8Array {
    const type = this.#typeOf(event);
    const bytes = new Bytes();
    if (type & Bit.TID) bytes.u32(pid, tid);
    if (type & Bit.TIME) bytes.u64(time);
    if (type & Bit.ID) bytes.u64(100 + event);
    if (type & Bit.STREAM_ID) bytes.u64(0x57);
    if (type & Bit.CPU) bytes.u32(1, 0);
    if (type & Bit.IDENTIFIER) bytes.u64(100 + event);
    return bytes.done();
  }

  #attributes(event: number): Uint8Array {
    const { frequency = 999, readFormat = 0, clock, branchType = 0n, maxFrames = 0 } =
      this.#options;
    const { count = this.#options.count, flags = this.#options.flags ?? 0n } =
      this.#options.perEvent?.[event] ?? {};
    const [type, config] = KNOWN[this.#events[event]!] ?? [4, 0x100 + event];
    // mmap, comm, task, sample_id_all, mmap2, comm_exec; freq; use_clockid.
    const usual = 1n << 8n | 1n << 9n | 1n << 13n | 1n << 18n | 1n << 23n | 1n << 24n;
    const all = usual | flags | (count === undefined ? 1n << 10n : 0n) |
      (clock === undefined ? 0n : 1n << 25n);
    return new Bytes().u32(type, 128).u64(
      config,
      count ?? frequency,
      this.#typeOf(event),
      readFormat,
    )
      .u64(all).u32(0, 0).u64(0, 0, branchType, 0).u32(0, clock ?? 0).u64(0).u32(0).u16(
        maxFrames,
      )
      .u16(0).u64(0, 0).done();
  }

  #features(): Record<number, Uint8Array> {
    const { commandLine = ["perf", "record", "-g", "--", "deno", "run", "app.ts"] } = this.#options;
    const words = new Bytes().u32(commandLine.length);
    for (const word of commandLine) words.string(word);
    const events = new Bytes().u32(this.#events.length, 128);
    for (const [i, name] of this.#events.entries()) {
      events.raw(this.#attributes(i)).u32(1).string(name).u64(100 + i);
    }
    return {
      3: new Bytes().string("host").done(),
      5: new Bytes().string("6.12.95").done(),
      6: new Bytes().string("x86_64").done(),
      11: words.done(),
      12: events.done(),
    };
  }
}

/** A file whose content is at hand. */
export function openBytes(bytes: Uint8Array): PerfDataFile {
  return {
    size: bytes.length,
    read: (offset, length) => {
      if (!(offset >= 0 && length >= 0)) throw new Error(`read(${offset}, ${length})`);
      return bytes.slice(offset, offset + length);
    },
  };
}

/** Two 64-bit numbers, as features have them. */
export function numbers64(...values: (bigint | number)[]): Uint8Array {
  return new Bytes().u64(...values).done();
}

/** One sample of a recording that asks for symbols. */
interface Question {
  pid: number;
  period: bigint;
  chain: bigint[];
}

/** Reads the samples of a recording with IP, TID, TIME, PERIOD and CALLCHAIN. */
export function readQuestions(recording: Uint8Array): Question[] {
  const view = new DataView(recording.buffer, recording.byteOffset, recording.byteLength);
  const start = Number(view.getBigUint64(40, true));
  const end = start + Number(view.getBigUint64(48, true));
  const questions: Question[] = [];
  for (let at = start; at < end; at += view.getUint16(at + 6, true)) {
    if (view.getUint32(at, true) !== 9) continue;
    const count = Number(view.getBigUint64(at + 40, true));
    const chain = Array.from({ length: count }, (_, i) => view.getBigUint64(at + 48 + 8 * i, true));
    questions.push({
      pid: view.getInt32(at + 16, true),
      period: view.getBigUint64(at + 32, true),
      chain,
    });
  }
  return questions;
}

/**
 * Answers as `perf script -F period,ip,sym,dso` does.
 *
 * @param symbolOf The symbol of an address, with its file: `main (/bin/a)`.
 */
export function fakePerf(
  symbolOf: (address: bigint, pid: number) => string | undefined,
): (recording: Uint8Array<ArrayBuffer>) => AsyncGenerator<string> {
  return async function* (recording) {
    for (const { pid, period, chain } of readQuestions(recording)) {
      yield `${String(period).padStart(11)} \n`;
      for (const address of chain) {
        if (address >= 0xfffffffffffff000n) continue;
        const symbol = await symbolOf(address, pid);
        if (symbol !== undefined) yield `\t${address.toString(16).padStart(16)} ${symbol}\n`;
      }
      yield "\n";
    }
  };
}
