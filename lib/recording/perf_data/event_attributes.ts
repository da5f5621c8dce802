import { readUint64 } from "./data_file.ts";

/** Bits of `sample_type`, `enum perf_event_sample_format` (linux/perf_event.h). */
export const SampleType = {
  IP: 1 << 0,
  TID: 1 << 1,
  TIME: 1 << 2,
  ADDR: 1 << 3,
  READ: 1 << 4,
  CALLCHAIN: 1 << 5,
  ID: 1 << 6,
  CPU: 1 << 7,
  PERIOD: 1 << 8,
  STREAM_ID: 1 << 9,
  RAW: 1 << 10,
  BRANCH_STACK: 1 << 11,
  REGS_USER: 1 << 12,
  STACK_USER: 1 << 13,
  IDENTIFIER: 1 << 16,
} as const;

/** Bits of the flags behind `read_format` that are read here. */
const FREQ = 10;
const SAMPLE_ID_ALL = 18;
const USE_CLOCKID = 25;
const CONTEXT_SWITCH = 26;

/** The last flag of Linux 6.12, `sigtrap`; a later flag may change the meaning of samples. */
const LAST_FLAG = 37;

/** The fields of `struct perf_event_attr` that are needed here (linux/perf_event.h). */
export interface EventAttributes {
  /** `PERF_TYPE_*`. */
  type: number;
  /** The event of that type. */
  config: number;
  /** Samples per second where `isFrequency`, events per sample otherwise. */
  rate: number;
  isFrequency: boolean;
  /** {@linkcode SampleType}s. */
  sampleType: number;
  /** `PERF_FORMAT_*`. */
  readFormat: number;
  /** Whether every record ends with a `sample_id`. */
  hasSampleId: boolean;
  /** The clock (`CLOCK_*`), where one was asked for. */
  clock: number | undefined;
  /** `PERF_SAMPLE_BRANCH_*`. */
  branchType: number;
  /** Bytes of stack that each sample copies. */
  stackSize: number;
  /** Whether the kernel reports when threads leave a processor and come back. */
  hasSwitches: boolean;
  /** The most frames of a call chain; 0 for the system's limit. */
  maxFrames: number;
  /** Whether there are flags of a newer kernel. */
  hasUnknownFlags: boolean;
}

/** Reads attributes; fields that their version does not have are 0. */
export function readEventAttributes(view: DataView, at: number): EventAttributes {
  const size = Math.min(view.getUint32(at + 4, true) || 64, view.byteLength - at);
  const low = view.getUint32(at + 40, true);
  const high = view.getUint32(at + 44, true);
  const has = (bit: number) => ((bit < 32 ? low >>> bit : high >>> (bit - 32)) & 1) === 1;
  const number32 = (offset: number) => offset + 4 <= size ? view.getUint32(at + offset, true) : 0;
  return {
    type: view.getUint32(at, true),
    config: readUint64(view, at + 8),
    rate: readUint64(view, at + 16),
    isFrequency: has(FREQ),
    sampleType: view.getUint32(at + 24, true),
    readFormat: view.getUint32(at + 32, true),
    hasSampleId: has(SAMPLE_ID_ALL),
    clock: has(USE_CLOCKID) ? number32(92) : undefined,
    branchType: number32(72),
    stackSize: number32(88),
    hasSwitches: has(CONTEXT_SWITCH),
    maxFrames: number32(108) & 0xffff,
    hasUnknownFlags: high >>> (LAST_FLAG + 1 - 32) !== 0,
  };
}

/** The least size of attributes, in bytes (`PERF_ATTR_SIZE_VER0`). */
export const LEAST_ATTRIBUTES_SIZE = 64;

const SOFTWARE_EVENTS = [
  ...["cpu-clock", "task-clock", "page-faults", "context-switches", "cpu-migrations"],
  ...["minor-faults", "major-faults", "alignment-faults", "emulation-faults", "dummy"],
  ...["bpf-output", "cgroup-switches"],
];

const HARDWARE_EVENTS = [
  ...["cycles", "instructions", "cache-references", "cache-misses", "branches", "branch-misses"],
  ...["bus-cycles", "stalled-cycles-frontend", "stalled-cycles-backend", "ref-cycles"],
];

/** A name for an event whose name is not in the file. */
export function defaultEventName({ type, config }: EventAttributes): string {
  const names = [HARDWARE_EVENTS, SOFTWARE_EVENTS][type];
  return names?.[config] ?? `event type ${type} 0x${config.toString(16)}`;
}
