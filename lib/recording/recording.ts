import type { CallGraph } from "../perf/call_graph.ts";
import type { Frame } from "./frame.ts";
import type { SampleTable } from "./sample_table.ts";
import type { SourceTexts } from "./sources.ts";
import type { Thread } from "./thread.ts";

/** Who took the samples: perf, or the sampler in the native library. */
export type SamplerName = "perf" | "builtin";

/** A stack, and how often it was seen. Equal stacks of equally named threads are one. */
export interface Stack {
  /** The thread's name in reports; see {@linkcode threadLabels}. */
  thread: string;
  /** From the outermost in; equal frames are one object. The array may be made anew at every access. */
  readonly frames: readonly Frame[];
  /** Samples that saw it. */
  samples: number;
  /** What they stand for, in the recording's unit. */
  weight: number;
  /** Whether outer frames are missing, because the stack was deeper than what is kept. */
  isCut: boolean;
}

/** What was recorded of a program: the one form that every sampler yields and every report reads. */
export interface Recording {
  /** Who took the samples. */
  sampler: SamplerName;
  /** The same in words, such as `perf 6.12.95`. */
  samplerVersion: string;
  /** What was recorded, with its arguments; empty where it ran before. */
  command: readonly string[];
  /** What was counted, such as `cpu-clock` or `cycles`. */
  event: string;
  /** What weights are: nanoseconds of processor time, or how often the event happened. */
  unit: "nanoseconds" | "events";
  /** Samples asked for per second; `undefined` where it is unknown. */
  frequency?: number;
  /** How callers were found; `undefined` where it is unknown. */
  callGraph?: CallGraph;
  /** The most frames that the kernel or the sampler keeps of a stack; `undefined` where it is unknown. */
  maxFrames?: number;
  /** When it began, in milliseconds since 1970; `undefined` where it is unknown. */
  start?: number;
  /** From the first sample to the last, in milliseconds. */
  duration: number;
  /** Samples that were taken and lost. */
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
