import type { ReadBytes } from "../elf_unwinding.ts";
import type { Frame } from "../recording/frame.ts";
import { FrameTable } from "../recording/frame_table.ts";
import type { Recording } from "../recording/recording.ts";
import { SampleCollector } from "../recording/sample_collector.ts";
import { ThreadTable } from "../recording/thread_table.ts";
import type { CodeResolver } from "../recording/code_resolver.ts";
import { CodePlaces } from "./code_places.ts";
import type { SampleFile } from "./sample_file.ts";

/** Addresses that the sampler keeps of a stack (`XP_SAMPLE_DEPTH`). */
const MOST_FRAMES = 1024;

/** What is known of a program that was sampled, beside its samples. */
export interface SampledProgram {
  /** What was run, with its arguments. */
  command: readonly string[];
  /** Its perf map. */
  map: string;
  /** Reads a program or library; `undefined` where it cannot be read any more. */
  open: (path: string) => ReadBytes | undefined;
  /** Knows the code that the runtime made. @default {nobody does} */
  code?: CodeResolver;
}

/** Makes of the sampler's file what reports are made of. */
export function sampledRecording(file: SampleFile, program: SampledProgram): Recording {
  const { samples, threads, interval, counts } = file;
  const framesAt = frameFinder(file, program);
  const collector = new SampleCollector(new ThreadTable());
  for (const { thread, addresses, weight, time } of samples) {
    const frames: Frame[] = [];
    for (let i = addresses.length - 1; i >= 0; i--) {
      frames.push(...framesAt(addresses[i]!, time, i > 0));
    }
    collector.add({
      thread: {
        pid: file.process,
        tid: thread,
        name: threads.get(thread) ?? `thread ${thread}`,
      },
      time,
      frames,
      weight,
      isCut: addresses.length >= MOST_FRAMES,
    });
  }
  const times = samples.map(({ time }) => time);
  return {
    sampler: "builtin",
    samplerVersion: "built-in sampler",
    command: program.command,
    event: "cpu-clock",
    unit: "nanoseconds",
    frequency: Math.round(1e9 / interval),
    callGraph: { method: "fp" },
    maxFrames: MOST_FRAMES,
    start: file.start,
    duration: times.length === 0 ? 0 : (maximum(times) - times[0]!) / 1e6,
    lostSamples: Math.round((counts?.dropped ?? 0) / interval),
    clock: "mono",
    ...collector.end(collector.scripted()),
  };
}

function frameFinder(
  { process, maps }: SampleFile,
  { command, map, open, code }: SampledProgram,
): (address: number, time: number, isCaller: boolean) => readonly Frame[] {
  const places = new CodePlaces({ pid: process, maps, map }, open);
  const table = new FrameTable();
  const runtimes = command.slice(0, 1);
  const known = new Map<number, readonly [Frame]>();
  const placeOf = (address: number) => {
    let frames = known.get(address);
    if (frames === undefined) {
      known.set(address, frames = [table.at({ ...places.at(address), runtimes })]);
    }
    return frames;
  };
  return (address, time, isCaller) => {
    // Where a call returns to may be the next function's first instruction already.
    const at = isCaller ? address - 1 : address;
    const resolved = code?.framesAt(process, address, time, isCaller);
    if (resolved?.frames === undefined) return placeOf(at);
    if (!resolved.yieldsToMap) return resolved.frames.map((frame) => table.same(frame));
    const [frame] = placeOf(at);
    return frame.file === undefined ? resolved.frames.map((own) => table.same(own)) : [frame];
  };
}

/** Threads' samples come nearly in order; `Math.max` takes no more arguments than the stack has room for. */
function maximum(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => number > most ? number : most);
}
