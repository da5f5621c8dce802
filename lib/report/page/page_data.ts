/*
 * The form of a report's data in its page; `bundles/page/model.ts` reads it.
 */
import type { CodeTier, FrameKind } from "../../recording/frame.ts";

/** The kinds of code, from the user's own outwards. */
export const PAGE_KINDS: readonly FrameKind[] = [
  "typescript",
  "npm",
  "runtime",
  "native",
  "kernel",
];

/** The tiers, from the slowest code to the fastest. */
export const PAGE_TIERS: readonly CodeTier[] = ["interpreted", "sparkplug", "maglev", "turbofan"];

/** Numbers of one type, in base64 of their little-endian bytes; most of a recording is such columns. */
export interface NumberColumn {
  type: "u8" | "u16" | "u32" | "f64";
  /** The number of numbers. */
  length: number;
  /** A factor of all numbers. @default {1} */
  scale?: number;
  /** Base64, in parts that are decoded one by one: V8 limits the length of a string. */
  data: string[];
}

/** Functions in columns. */
export interface PageFunctions {
  /** Name; empty where the code has none. */
  name: string[];
  /** Index in `PAGE_KINDS`. */
  kind: NumberColumn;
  /** Index in {@linkcode PageData.files} plus 1; 0 where there is no source. */
  file: NumberColumn;
  /** Line of its beginning, counted from 1; 0 where it is unknown. */
  line: NumberColumn;
  /** Index in {@linkcode PageData.modules}. */
  module: NumberColumn;
}

/** Places in functions that ran, in columns. */
export interface PageSpots {
  /** Index of the function. */
  fn: NumberColumn;
  /** The line that ran, counted from 1; 0 where it is unknown. */
  line: NumberColumn;
  /** A column of that line that ran, counted from 1; 0 where it is unknown. */
  column: NumberColumn;
  /** Index in {@linkcode PAGE_TIERS} plus 1; 0 where it is unknown. */
  tier: NumberColumn;
  /** 1 where the compiler has inlined the function into its caller. */
  inlined: NumberColumn;
}

/**
 * The tree of all calls, in preorder: a node's callees follow it before its siblings do. Its depth
 * says where it hangs. The root has depth 0, threads have depth 1; below them, one more label may hold stacks without
 * their outer frames.
 */
export interface PageNodes {
  depth: NumberColumn;
  /** Index of the spot; for a label its index plus the number of spots; 0 for the root. */
  spot: NumberColumn;
}

/** Samples of one stack in one thread and one stretch of time, counted; in columns. */
export interface PageCells {
  /** The innermost node of the stack. */
  node: NumberColumn;
  /** Index in {@linkcode PageData.threads}. */
  thread: NumberColumn;
  /** The sum of weights, in the recording's unit. */
  weight: NumberColumn;
  /** The number of samples. */
  samples: NumberColumn;
}

/** Time in stretches of equal length. */
export interface PageTimeline {
  /** Length of a stretch, in nanoseconds. */
  step: number;
  /** For each stretch the index behind its last cell: cells are in the order of time. */
  end: NumberColumn;
}

/** A thread. */
export interface PageThread {
  /** Its name. */
  name: string;
  pid?: number;
  tid?: number;
}

/** Lines of a source that follow each other. */
export interface PageExcerpt {
  /** The number of the first line, counted from 1. */
  line: number;
  /** The lines, with line feeds between them. */
  text: string;
}

/** A part of a line that is too long to be embedded whole, as minified files have. */
export interface PagePiece {
  line: number;
  /** The column of its first character, counted from 1. */
  column: number;
  text: string;
}

/** The text of a file, or the parts of it around the lines that ran. */
export interface PageSource {
  excerpts: PageExcerpt[];
  /** The parts that ran of lines that are too long, by line and column; in excerpts those lines are empty. */
  pieces?: PagePiece[];
}

/** The reason for which a line takes its time; see `causes/cause.ts`. */
export interface PageCause {
  /** Index of the function; -1 where no sample has it. */
  fn: number;
  /** The function's name. */
  name: string;
  /** Index in {@linkcode PageData.files}. */
  file: number;
  /** Counted from 1; 0 where only the function is known. */
  line: number;
  /** Counted from 1; 0 where it is unknown. */
  column: number;
  /** The time that it takes, in the recording's unit. */
  weight: number;
  /** Its share of the program's time, from 0 to 1. */
  share: number;
  fact: string;
  advice: string;
}

/** The data of a report's page. */
export interface PageData {
  /** A short title for the recording. */
  title: string;
  /** Facts of the recording, a few words each. */
  facts: string[];
  /** Warnings, each with its remedy. */
  warnings: string[];
  /** The unit of weights. */
  unit: "nanoseconds" | "bytes" | "events";
  /** The event that was counted. */
  event: string;
  /** Names of the two recordings of a comparison. */
  compared?: { before: string; after: string };
  files: string[];
  modules: string[];
  functions: PageFunctions;
  spots: PageSpots;
  /**
   * Names of threads as stacks have them, where equally named threads are one, and the name for
   * stacks without their outer frames.
   */
  labels: string[];
  nodes: PageNodes;
  threads: PageThread[];
  /** Samples of the recording that is shown. */
  cells: PageCells;
  /** Samples of the earlier recording, in a comparison. */
  cellsBefore?: PageCells;
  /** `undefined` where samples have no times, and in a comparison. */
  timeline?: PageTimeline;
  /** The reasons for which lines take their time, from the most to the least; none in a comparison. */
  causes: PageCause[];
  /** Sentences on V8's work on the code of functions, by index of the function. */
  histories: { fn: number; text: string }[];
  /** The texts of files, by index of the file: each is written in a piece of its own. */
  sources: Record<number, PageSource>;
}
