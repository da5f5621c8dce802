import type { FrameKind } from "../recording/frame.ts";

/** What a report's page is given. The page is compiled apart: nothing here is more than types. */
export interface PageData {
  /** What was recorded, in short. */
  title: string;
  /** How, when and for how long, a few words each. */
  facts: string[];
  /** What is wrong with it, and the mend. */
  warnings: string[];
  /** What weights are. */
  unit: "nanoseconds" | "events";
  /** Whether there are two recordings to compare, and what they are called. */
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
  /** Name of the function. */
  name: string;
  /** Whose code it is. */
  kind: FrameKind;
  /** Path or URL of its source. */
  file?: string;
  /** Line in it. */
  line?: number;
  /** The program or library it is in, where it has no source. */
  module?: string;
}

/**
 * A stack of a {@linkcode PageData}: index of its thread, indices of its frames from the outermost
 * in, samples, weight; where two recordings are compared then the earlier one's samples and weight.
 */
export type PageStack = [
  thread: number,
  frames: number[],
  samples: number,
  weight: number,
  samplesBefore?: number,
  weightBefore?: number,
];
