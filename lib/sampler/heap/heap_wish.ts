import type { VariableName } from "../../base/environment.ts";
import type { HeapKind } from "../../recording/heap/heap_file.ts";
import type { Scope } from "../followed_scope.ts";

/** Asks a program to have V8 sample its memory; holds a {@linkcode HeapWish} as JSON. */
export const HEAP_VARIABLE: VariableName = "JS_PERF_HEAP";

/** The command's wish for a program's memory. */
export interface HeapWish {
  kind: HeapKind;
  /** Mean bytes between two samples. */
  interval: number;
  /** The directory that the program writes its files to. */
  directory: string;
  /** Deno's cache directory, in which texts of scripts are. @default {none} */
  denoCache?: string;
  /** The part of the program that is recorded. */
  scope: Scope;
  /** The signal at which the program writes a file of its own for that moment. @default {none} */
  snapshotSignal?: NodeJS.Signals;
  /**
   * The process that is meant, which the process writes there itself: those that it starts inherit the
   * variable, and are not meant. @default {the first that reads it}
   */
  pid?: number;
}

/** The ending of files that are complete. */
export const HEAP_FILE_ENDING = ".heap.json";

/** The name of the file that a thread writes at its end. */
export function heapFileName(thread: string): string {
  return `${thread.replace(" ", "-")}${HEAP_FILE_ENDING}`;
}

/** The name of a file while it is written; it stays where that fails. */
export function unfinishedName(name: string): string {
  return `${name}.new`;
}

/**
 * The name of the file that the main thread writes at a signal.
 *
 * @param number Counted from 1.
 */
export function snapshotFileName(number: number): string {
  return `snapshot-${number}${HEAP_FILE_ENDING}`;
}
