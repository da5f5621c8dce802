import { addedCollections } from "../collections.ts";
import type { Frame } from "../frame.ts";
import type { ProcessMemory } from "../process_memory.ts";
import { FrameTable } from "../frame_table.ts";
import type { Recording } from "../recording.ts";
import { SampleTable } from "../sample_table.ts";
import { StackTable } from "../stack_table.ts";
import type { HeapFile } from "./heap_file.ts";
import { HeapFrames, type HeapFramesOptions } from "./heap_frames.ts";

/** The most frames that V8 keeps of a stack (v8/src/inspector/v8-heap-profiler-agent-impl.cc). */
const MOST_FRAMES = 128;

/** Facts of a program whose memory was sampled, beside the memory itself. */
export interface HeapProgram extends HeapFramesOptions {
  /** The program and its arguments. */
  command: readonly string[];
}

/**
 * Makes a recording of memory: its weights are bytes, and its stacks have numbers of objects.
 *
 * @param files What the program's threads have written, the main thread's first; at least one.
 * @param program The program.
 */
export function heapRecording(
  files: readonly [HeapFile, ...HeapFile[]],
  program: HeapProgram,
): Recording {
  const [main] = files;
  const stacks = new StackTable();
  const frames = new FrameTable();
  const sources = new Map<string, string>();
  for (const file of files) {
    const found = new HeapFrames(file.scripts, program);
    const byFunction = file.functions.map((fn) => frames.same(found.frameOf(fn)));
    const parents = file.nodes.map(({ parent }) => parent);
    for (const [i, { bytes, objects, samples }] of file.nodes.entries()) {
      if (bytes === 0) continue;
      const path: Frame[] = [];
      for (let at = i; at >= 0; at = parents[at]!) path.push(byFunction[file.nodes[at]!.fn]!);
      const isCut = path.length >= MOST_FRAMES;
      stacks.add(file.thread, path.reverse(), { weight: bytes, objects, samples, isCut });
    }
    for (const [name, text] of found.texts()) sources.set(name, text);
  }
  return {
    sampler: "v8",
    samplerVersion: `V8 ${main.v8} of ${main.runtime}`,
    command: program.command,
    event: main.kind,
    unit: "bytes",
    interval: main.interval,
    maxFrames: MOST_FRAMES,
    start: main.start,
    duration: Math.max(...files.map(({ end }) => end)) - main.start,
    lostSamples: 0,
    clock: "mono",
    threads: [],
    samples: SampleTable.empty(),
    stacks: stacks.stacks(),
    sources,
    memory: memoryOf(files),
    ...main.collections === undefined
      ? {}
      : { collections: addedCollections(files.map(({ collections }) => collections)) },
  };
}

/** The process's memory: that of all heaps, and the last size of what threads have in common. */
function memoryOf(files: readonly HeapFile[]): ProcessMemory {
  const sumOf = (name: keyof ProcessMemory) =>
    files.reduce((sum, { memory }) => sum + memory[name], 0);
  return {
    rss: Math.max(...files.map(({ memory }) => memory.rss)),
    heapUsed: sumOf("heapUsed"),
    external: sumOf("external"),
    arrayBuffers: sumOf("arrayBuffers"),
  };
}
