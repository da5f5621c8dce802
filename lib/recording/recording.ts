import type { CallGraph } from "../perf/call_graph.ts";
import type { CollectionSum } from "./collections.ts";
import type { CodeHistory } from "./code_history.ts";
import type { Frame } from "./frame.ts";
import type { ProcessMemory } from "./process_memory.ts";
import type { SampleTable } from "./sample_table.ts";
import type { SourceTexts } from "./sources.ts";
import type { RecordedSpans } from "./recorded_spans.ts";
import type { Thread } from "./thread.ts";

/** A sampler of time: perf, or the one in the native library. */
export type SamplerName = "perf" | "builtin";

/** A stack, and its count. Equal stacks of equally named threads are one. */
export interface Stack {
  /** The thread's name in reports; see {@linkcode threadLabels}. */
  thread: string;
  /** Outermost first; equal frames are one object. Each access may make a new array. */
  readonly frames: readonly Frame[];
  /** The number of samples that saw it. */
  samples: number;
  /** The sum of their weights, in the recording's unit. */
  weight: number;
  /** The number of objects, estimated. @default {it is no recording of V8's heap} */
  objects?: number;
  /** Whether outer frames are missing, because the stack was deeper than the sampler keeps. */
  isCut: boolean;
}

/** A recording of a program: the one form that every sampler yields and every report reads. */
export interface Recording {
  /** The sampler that took the samples: one of time, or V8's own of its heap. */
  sampler: SamplerName | "v8";
  /** The sampler and its version in words, such as `perf 6.12.95`. */
  samplerVersion: string;
  /** The recorded program with its arguments; empty where it ran before the recording began. */
  command: readonly string[];
  /**
   * The event that was counted, such as `cpu-clock` or `cycles`; of V8's heap `alloc` for all objects
   * that were allocated, `live` for those that were still held.
   */
  event: string;
  /** The unit of weights: nanoseconds of processor time, bytes, or occurrences of the event. */
  unit: "nanoseconds" | "bytes" | "events";
  /** Samples asked for per second; `undefined` where it is unknown. */
  frequency?: number;
  /** The mean bytes between two samples of memory. @default {it is no recording of that} */
  interval?: number;
  /** The program's memory when V8's heap was sampled last, in bytes. @default {unknown} */
  memory?: ProcessMemory;
  /** Garbage collections of all threads. @default {unknown} */
  collections?: readonly CollectionSum[];
  /** The way in which callers were found; `undefined` where it is unknown. */
  callGraph?: CallGraph;
  /**
   * The most frames that the kernel or the sampler keeps of a stack; `undefined` where it is
   * unknown.
   */
  maxFrames?: number;
  /** The time when it began, in milliseconds since 1970; `undefined` where it is unknown. */
  start?: number;
  /** The time from the first sample to the last, in milliseconds. */
  duration: number;
  /** The number of samples that were taken and lost. */
  lostSamples: number;
  /** Lines of `perf script` that were not understood. @default {0} */
  unreadLines?: number;
  /** The clock of the samples' times: `CLOCK_MONOTONIC`, or one of perf's own. */
  clock: "mono" | "perf";
  /** The threads that were seen, one for each name that a thread had. */
  threads: readonly Thread[];
  /** Every sample, in the order of time; none where the recording has no times. */
  samples: SampleTable;
  /** The samples, counted by stack. */
  stacks: readonly Stack[];
  /** The texts of the files that have lines in the samples. @default {none} */
  sources?: SourceTexts;
  /** V8's optimisations and deoptimisations of the functions in it. @default {unknown} */
  history?: CodeHistory;
  /** The spans of the program, with the samples in them. @default {they were not recorded} */
  spans?: RecordedSpans;
}

/** Samples and weight of all stacks. */
export function recordingTotal(
  { stacks }: Pick<Recording, "stacks">,
): { samples: number; weight: number } {
  const total = { samples: 0, weight: 0 };
  for (const { samples, weight } of stacks) {
    total.samples += samples;
    total.weight += weight;
  }
  return total;
}
