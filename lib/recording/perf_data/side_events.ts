import { totalLost } from "../lost_samples.ts";
import { type PerfDataFile, readText, readUint64 } from "./data_file.ts";
import type { FileHeader } from "./file_header.ts";
import { RecordCursor } from "./record_cursor.ts";
import { sampleIdLayout } from "./record_layout.ts";
import { ThreadSwitches } from "./thread_switches.ts";

/**
 * `PERF_RECORD_*` (linux/perf_event.h); from 64 on perf's own
 * (tools/lib/perf/include/perf/event.h).
 */
export const RecordType = {
  MMAP: 1,
  LOST: 2,
  COMM: 3,
  EXIT: 4,
  FORK: 7,
  SAMPLE: 9,
  MMAP2: 10,
  LOST_SAMPLES: 13,
  SWITCH: 14,
  NAMESPACES: 16,
  KSYMBOL: 17,
  CALLCHAIN_DEFERRED: 22,
  AUXTRACE_INFO: 70,
  COMPRESSED: 81,
  COMPRESSED2: 83,
} as const;

/** `PERF_RECORD_MISC_*`: the meaning of bit 13 depends on the record. */
const MISC_MMAP_DATA = 1 << 13;
const MISC_COMM_EXEC = 1 << 13;
const MISC_FORK_EXEC = 1 << 13;
const MISC_SWITCH_OUT = 1 << 13;
const MISC_SWITCH_OUT_PREEMPT = 1 << 14;
/** Marks samples that a BPF filter of perf's left out on purpose. */
const MISC_LOST_SAMPLES_BPF = 1 << 15;

/** `PERF_FORMAT_LOST`. */
const FORMAT_LOST = 1 << 4;

interface Happening {
  /** The time, in nanoseconds of the recording's clock; 0 for a state from before the recording. */
  time: number;
  pid: number;
  /** The record as it is in the file, without the `sample_id` at its end. */
  raw: Uint8Array;
}

/** A thread got a name. */
export interface CommEvent extends Happening {
  kind: "comm";
  tid: number;
  name: string;
  /** Whether a program was executed: then all earlier mappings are gone. */
  isExec: boolean;
}

/** A thread or process began. */
export interface ForkEvent extends Happening {
  kind: "fork";
  tid: number;
  parentPid: number;
  parentTid: number;
  /** Whether the new process has the memory of its parent. */
  inheritsMemory: boolean;
}

/** Executable memory was mapped. */
export interface MapEvent extends Happening {
  kind: "map";
  start: number;
  size: number;
  /** The offset in the file. */
  offset: number;
  path: string;
}

/** An event that only perf needs, to find symbols. */
export interface OtherEvent extends Happening {
  kind: "other";
}

/** An event beside the samples. */
export type SideEvent = CommEvent | ForkEvent | MapEvent | OtherEvent;

/** The result of the first pass over the records. */
export interface SideEvents {
  /** In the order of time. */
  events: SideEvent[];
  /** The number of samples in the file. */
  samples: number;
  lostSamples: number;
  /** The times at which threads left a processor and came back, where the file has them. */
  switches: ThreadSwitches;
  /** The reason why the file cannot be read directly, where only its records show it. */
  obstacle?: string;
}

/**
 * Reads all records that are not samples.
 *
 * @param file The file.
 * @param header Its head.
 * @param progress Called with the file offset that has been reached.
 */
export function readSideEvents(
  file: PerfDataFile,
  header: FileHeader,
  progress?: (offset: number) => void,
): SideEvents {
  const cursor = new RecordCursor(file, header.data);
  const reader = new SideEventReader(header);
  let samples = 0;
  while (cursor.next()) {
    if (cursor.type !== RecordType.SAMPLE) reader.read(cursor);
    else if ((++samples & 0xffff) === 0) progress?.(cursor.offset);
  }
  // Events of one time stay in the file's order: sort() is stable.
  const events = reader.events.sort((a, b) => a.time - b.time);
  const { lostSamples, switches, obstacle } = reader;
  switches.order();
  return { events, samples, lostSamples, switches, obstacle };
}

/** Reads records one by one. */
class SideEventReader {
  readonly events: SideEvent[] = [];
  readonly switches = new ThreadSwitches();
  obstacle: string | undefined;
  readonly #layouts = new Map<number, ReturnType<typeof sampleIdLayout>>();
  readonly #layout: ReturnType<typeof sampleIdLayout>;
  readonly #countsTwice: boolean;
  #lost = 0;
  #lostSamples = 0;

  constructor({ events }: FileHeader) {
    this.#layout = sampleIdLayout(events[0]!.attributes);
    for (const { attributes, ids } of events) {
      for (const id of ids) this.#layouts.set(id, sampleIdLayout(attributes));
    }
    this.#countsTwice = events.some(({ attributes }) => attributes.readFormat & FORMAT_LOST);
  }

  /** The number of samples for which there was no room. */
  get lostSamples(): number {
    return totalLost(this.#lost, this.#lostSamples, this.#countsTwice);
  }

  read({ view, at, type, misc, size }: RecordCursor): void {
    if (type === RecordType.COMPRESSED || type === RecordType.COMPRESSED2) {
      this.obstacle ??= "it is compressed";
    } else if (type === RecordType.AUXTRACE_INFO) {
      this.obstacle ??= "it has traces of the processor";
    } else if (type === RecordType.CALLCHAIN_DEFERRED) {
      this.obstacle ??= "its call chains are in pieces";
    }
    const record = new DataView(view.buffer, view.byteOffset + at, size);
    if (type === RecordType.LOST && size >= 24) {
      this.#lost += readUint64(record, 16);
    } else if (type === RecordType.LOST_SAMPLES && size >= 16) {
      if (!(misc & MISC_LOST_SAMPLES_BPF)) this.#lostSamples += readUint64(record, 8);
    } else if (type === RecordType.SWITCH || type === RecordType.EXIT) {
      this.#readSwitch(record, type, misc);
    } else {
      const event = this.#eventOf(record, type, misc);
      if (event !== undefined) this.events.push(event);
    }
  }

  #readSwitch(record: DataView, type: number, misc: number): void {
    const { size, time: timeAt } = this.#layoutOf(record);
    const end = record.byteLength - size;
    // A record of a switch consists of its head; one of an end has four numbers and a time.
    if (size < 16 || end < (type === RecordType.EXIT ? 32 : 8)) return;
    const time = readUint64(record, record.byteLength - timeAt);
    if (type === RecordType.EXIT) this.switches.end(record.getInt32(16, true), time);
    else if (misc & MISC_SWITCH_OUT) {
      const isPreempted = (misc & MISC_SWITCH_OUT_PREEMPT) !== 0;
      this.switches.leave(record.getInt32(end + 4, true), time, isPreempted);
    } else this.switches.enter(record.getInt32(end + 4, true), time);
  }

  #eventOf(record: DataView, type: number, misc: number): SideEvent | undefined {
    const least = LEAST_SIZES.get(type);
    const layout = this.#layoutOf(record);
    const end = record.byteLength - layout.size;
    if (least === undefined || end < least) return undefined;
    const time = readUint64(record, record.byteLength - layout.time);
    const happening = {
      // Records that perf made itself have no time, or the highest one.
      time: time >= 2 ** 64 ? 0 : time,
      pid: type === RecordType.KSYMBOL ? -1 : record.getInt32(8, true),
      raw: new Uint8Array(record.buffer, record.byteOffset, end).slice(),
    };
    switch (type) {
      case RecordType.COMM:
        return {
          ...happening,
          kind: "comm",
          tid: record.getInt32(12, true),
          name: readText(record, 16, end),
          isExec: (misc & MISC_COMM_EXEC) !== 0,
        };
      case RecordType.FORK:
        return {
          ...happening,
          kind: "fork",
          parentPid: record.getInt32(12, true),
          tid: record.getInt32(16, true),
          parentTid: record.getInt32(20, true),
          inheritsMemory: (misc & MISC_FORK_EXEC) === 0,
        };
      case RecordType.MMAP:
      case RecordType.MMAP2:
        if (misc & MISC_MMAP_DATA) return undefined;
        return {
          ...happening,
          kind: "map",
          start: readUint64(record, 16),
          size: readUint64(record, 24),
          offset: readUint64(record, 32),
          path: readText(record, type === RecordType.MMAP ? 40 : 72, end),
        };
      default:
        return { ...happening, kind: "other" };
    }
  }

  /** Finds the layout of a record. With several events its last field names the event. */
  #layoutOf(record: DataView): ReturnType<typeof sampleIdLayout> {
    if (this.#layouts.size < 2 || record.byteLength < 16) return this.#layout;
    return this.#layouts.get(readUint64(record, record.byteLength - 8)) ?? this.#layout;
  }
}

/** The least size of each record that is read: its head and its fields up to the first text. */
const LEAST_SIZES = new Map<number, number>([
  [RecordType.COMM, 16],
  [RecordType.FORK, 32],
  [RecordType.MMAP, 40],
  [RecordType.MMAP2, 72],
  [RecordType.NAMESPACES, 24],
  [RecordType.KSYMBOL, 24],
]);
