/*
 * The file by which a program hands over the memory that V8 has sampled in one of its threads.
 */

import type { CollectionSum } from "../collections.ts";
import type { ProcessMemory } from "../process_memory.ts";
import type { TextPlace } from "./script_file.ts";

/** The bytes that are counted: all that were allocated, or those that are still held. */
export type HeapKind = "alloc" | "live";

/** A function that V8 names. */
export interface HeapFunction {
  /** V8's name; empty where it has none. */
  name: string;
  /** Index in {@linkcode HeapFile.scripts}; -1 for code without a script. */
  script: number;
  /** The beginning of its parameters in the script's text, counted from 0. */
  line: number;
  column: number;
}

/** A script that functions are of. */
export interface HeapScript {
  url: string;
  /** Its text as V8 ran it; absent where V8 did not give it, or a file has it. */
  text?: string;
  /** The file that has the text. @default {none} */
  textIn?: TextPlace;
}

/** A way in which a function was called, with the objects that it allocated. */
export interface HeapNode {
  /** Index of the caller's node, which comes before; -1 for an outermost function. */
  parent: number;
  /** Index in {@linkcode HeapFile.functions}. */
  fn: number;
  bytes: number;
  /** The number of objects, estimated. */
  objects: number;
  /** The number of samples that this is estimated of. */
  samples: number;
}

/** The memory of one thread. */
export interface HeapFile {
  kind: HeapKind;
  /** Mean bytes between two samples. */
  interval: number;
  /** The process's number, in its own pid namespace. */
  pid: number;
  /** The thread's name: `main`, or `worker` with its number. */
  thread: string;
  /** The runtime and its version, such as `node 24.1.0`. */
  runtime: string;
  /** V8's version. */
  v8: string;
  /** The time when sampling began, and when this was written, in milliseconds since 1970. */
  start: number;
  end: number;
  memory: ProcessMemory;
  /** Garbage collections while it was sampled. @default {the runtime does not tell them} */
  collections?: readonly CollectionSum[];
  scripts: HeapScript[];
  functions: HeapFunction[];
  nodes: HeapNode[];
}

const FORMAT = "@x/perf heap 1";

/** Encodes a file. */
export function encodeHeapFile({ nodes, ...facts }: HeapFile): string {
  // Numbers without names are a quarter as long.
  const numbers = nodes.flatMap((
    { parent, fn, bytes, objects, samples },
  ) => [parent, fn, bytes, objects, samples]);
  return JSON.stringify({ format: FORMAT, ...facts, nodes: numbers });
}

/**
 * Decodes a file.
 *
 * @throws {SyntaxError} If the text is something else.
 */
export function decodeHeapFile(text: string): HeapFile {
  const { format, nodes: numbers, ...facts } = JSON.parse(text);
  if (format !== FORMAT || !Array.isArray(numbers)) {
    throw new SyntaxError(`it must begin with the format "${FORMAT}"`);
  }
  const nodes: HeapNode[] = [];
  for (let i = 0; i + 4 < numbers.length; i += 5) {
    const [parent, fn, bytes, objects, samples] = numbers.slice(i, i + 5);
    const isPlaced = Number.isInteger(parent) && parent >= -1 && parent < nodes.length;
    if (!isPlaced || facts.functions?.[fn] === undefined) {
      throw new SyntaxError("its tree of calls is damaged");
    }
    nodes.push({ parent, fn, bytes, objects, samples });
  }
  return { ...facts, nodes };
}
