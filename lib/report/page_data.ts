import type { FrameKind } from "../recording/frame.ts";

/** The data of a report's page. The page is compiled apart, so this file has types only. */
export interface PageData {
  /** A short title for the recording. */
  title: string;
  /** Facts of the recording, a few words each. */
  facts: string[];
  /** Warnings, each with its mend. */
  warnings: string[];
  /** The unit of weights. */
  unit: "nanoseconds" | "events";
  /** The names of the two recordings where the page compares two. */
  compared?: { before: string; after: string };
  /** All frames. */
  frames: PageFrame[];
  /** Names of threads. */
  threads: string[];
  /** All stacks. */
  stacks: PageStack[];
}

/** A frame of a {@linkcode PageData}. */
export interface PageFrame {
  /** The name of the function. */
  name: string;
  /** The owner of its code. */
  kind: FrameKind;
  /** The path or URL of its source. */
  file?: string;
  /** The function's line in the source. */
  line?: number;
  /** The program or library that has the code, where there is no source. */
  module?: string;
}

/**
 * A stack of a {@linkcode PageData}: index of its thread, indices of its frames, outermost first,
 * samples, weight. Where two recordings are compared, samples and weight of the earlier one follow.
 */
export type PageStack = [
  thread: number,
  frames: number[],
  samples: number,
  weight: number,
  samplesBefore?: number,
  weightBefore?: number,
];
