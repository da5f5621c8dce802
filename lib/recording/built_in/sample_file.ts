/** The state of a thread of which real time is sampled. */
export type SampledState =
  | { kind: "running" | "runnable" }
  /** It waits; the number of its system call, -1 outside of any. */
  | { kind: "blocked"; call: number };

/** A sample: the stack of a thread at a moment. */
export interface Sample {
  /** The thread's number. */
  thread: number;
  /** The time that it stands for, of the processor or real, in nanoseconds. */
  weight: number;
  /** The time, in nanoseconds of CLOCK_MONOTONIC; of real time the end of what it stands for. */
  time: number;
  /** The state of the thread. */
  state: SampledState;
  /** Innermost first: the address that the thread executed, then the return addresses. */
  addresses: readonly number[];
}

/** Counts of the sampler. */
export interface SamplerCounts {
  /** Processor time that the process used while sampling was on, in nanoseconds. */
  cpuTime: number;
  /** The number of times that a timer expired. */
  runs: number;
  /** Processor time whose samples found no room, in nanoseconds. */
  dropped: number;
  /** The number of threads that got no timer. */
  unarmed: number;
}

/** The content of the sampler's file. */
export interface SampleFile {
  /** The process's number, in its own pid namespace. */
  process: number;
  /** `e_machine` of elf(5). */
  machine: number;
  /** Whether real time is sampled, and not the processor's. */
  isOfRealTime: boolean;
  /** The wanted time between two samples of a thread, in nanoseconds. */
  interval: number;
  /** The time when sampling began, in milliseconds since 1970. */
  start: number;
  /** All samples, in the order in which they were written. */
  samples: Sample[];
  /** Names of threads, by number. */
  threads: Map<number, string>;
  /** Code in files: the contents of /proc/<pid>/maps that were seen, the oldest first. */
  maps: string[];
  /** The last counts; `undefined` where the process was killed before the first. */
  counts: SamplerCounts | undefined;
}

/** Kinds of records, as ffi/sample_file.h has them. */
export const SampleRecord = {
  START: 0x31535058,
  SAMPLE: 1,
  THREAD: 2,
  MAPS: 3,
  STATUS: 4,
  REPEAT: 5,
} as const;

const { START, SAMPLE, THREAD, MAPS, STATUS, REPEAT } = SampleRecord;

/** Events of a start, and states of a sample. */
const WALL = 1;
const RUNNING = -2;

/** Bytes of a record's kind and size. */
const HEAD = 8;

const VERSION = 2;

/** Bytes of a start, and of a sample in front of its addresses. */
const START_SIZE = 48;
const SAMPLE_HEAD = 32;

/**
 * Reads the sampler's file. It ends at a record that is cut off, as where the process was killed
 * while it wrote one.
 *
 * @param bytes The file.
 * @throws {SyntaxError} If it is not such a file, or has another version.
 */
export function readSampleFile(bytes: Uint8Array): SampleFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let file: SampleFile | undefined;
  // Counts begin at 0 with every start, so those of earlier starts are added.
  let before: SamplerCounts = NOTHING;
  /** The last sample of each thread. */
  const last = new Map<number, Sample>();
  for (let at = 0; at + HEAD <= bytes.length;) {
    const kind = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true);
    if (at === 0 && kind !== START) break;
    if (size < HEAD || at + size > bytes.length) break;
    const end = at + size;
    if (kind === START) {
      if (size < HEAD + 8) break;
      file ??= startedFile(view, at);
      before = file.counts ?? NOTHING;
    } else if (kind === SAMPLE) {
      const { samples, interval, isOfRealTime } = file!;
      const sample = readSample(view, at, { end, unit: isOfRealTime ? 1000 : interval });
      samples.push(sample);
      last.set(sample.thread, sample);
    } else if (kind === REPEAT) {
      const sample = last.get(view.getUint32(at + 8, true));
      if (sample !== undefined) file!.samples.push(readRepeat(view, at, sample));
    } else if (kind === THREAD) {
      file!.threads.set(view.getUint32(at + 8, true), textOf(bytes.subarray(at + 16, end)));
    } else if (kind === MAPS) {
      file!.maps.push(textOf(bytes.subarray(at + 16, end)));
    } else if (kind === STATUS) {
      file!.counts = readCounts(view, at, { before, interval: file!.interval });
    }
    at = end;
  }
  if (file === undefined) throw new SyntaxError("it is no file of the built-in sampler");
  return file;
}

const NOTHING: SamplerCounts = { cpuTime: 0, runs: 0, dropped: 0, unarmed: 0 };

function startedFile(view: DataView, at: number): SampleFile {
  const version = view.getUint32(at + 8, true);
  if (version !== VERSION) {
    throw new SyntaxError(`its version is ${version}, must be ${VERSION}`);
  }
  if (view.getUint32(at + 4, true) < START_SIZE) {
    throw new SyntaxError("it is no file of the built-in sampler");
  }
  return {
    machine: view.getUint32(at + 12, true),
    process: view.getUint32(at + 16, true),
    interval: view.getUint32(at + 20, true),
    isOfRealTime: view.getUint32(at + 40, true) === WALL,
    start: readUint64(view, at + 32) / 1e6,
    samples: [],
    threads: new Map(),
    maps: [],
    counts: undefined,
  };
}

function readSample(
  view: DataView,
  at: number,
  { end, unit }: { end: number; unit: number },
): Sample {
  const addresses = new Array<number>((end - at - SAMPLE_HEAD) / 8);
  for (let i = 0; i < addresses.length; i++) {
    addresses[i] = readUint64(view, at + SAMPLE_HEAD + 8 * i);
  }
  const state = view.getInt32(at + 24, true);
  return {
    thread: view.getUint32(at + 8, true),
    weight: view.getUint32(at + 12, true) * unit,
    time: readUint64(view, at + 16),
    state: state === RUNNING ? { kind: "running" } : { kind: "blocked", call: state },
    addresses,
  };
}

/** A time in which a thread did not run: it waits as before, or it could run and has no processor. */
function readRepeat(view: DataView, at: number, sample: Sample): Sample {
  return {
    ...sample,
    weight: view.getUint32(at + 12, true) * 1000,
    time: readUint64(view, at + 16),
    state: sample.state.kind === "running" ? { kind: "runnable" } : sample.state,
  };
}

function readCounts(
  view: DataView,
  at: number,
  { before, interval }: { before: SamplerCounts; interval: number },
): SamplerCounts {
  return {
    cpuTime: before.cpuTime + readUint64(view, at + 16),
    runs: before.runs + readUint64(view, at + 24),
    dropped: before.dropped + readUint64(view, at + 32) * interval,
    unarmed: before.unarmed + readUint64(view, at + 40),
  };
}

/** Reads a number of 64 bits. Addresses of programs and times are far below 2^53. */
function readUint64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

/** Reads a text up to the zeros that fill it up. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
