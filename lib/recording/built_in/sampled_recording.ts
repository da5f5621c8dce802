import type { ReadBytes } from "../../base/elf_header.ts";
import type { CodeResolver } from "../code_resolver.ts";
import type { Frame } from "../frame.ts";
import { FrameTable } from "../frame_table.ts";
import type { Recording } from "../recording.ts";
import { SampleCollector } from "../sample_collector.ts";
import { sourcesOf } from "../sources.ts";
import { ThreadTable } from "../thread_table.ts";
import { CodePlaces } from "./code_places.ts";
import { withIdleThreads } from "../idle_threads.ts";
import { withSkippedCallers } from "../skipped/skipped_callers.ts";
import { systemCallName } from "../system_call.ts";
import { blockedFrame, WAITING_FOR_CORE, WALL_CLOCK } from "../thread_state.ts";
import type { SampledState, SampleFile } from "./sample_file.ts";

/** The most addresses that the sampler keeps of a stack (`XP_SAMPLE_DEPTH`). */
const MOST_FRAMES = 1024;

/** Facts of a sampled program, beside its samples. */
export interface SampledProgram {
  /** The program and its arguments. */
  command: readonly string[];
  /** The content of its perf map. */
  map: string;
  /** Reads a program or library; `undefined` where it cannot be read any more. */
  open: (path: string) => ReadBytes | undefined;
  /** Resolves the code that the runtime has made. */
  resolver?: CodeResolver;
}

/** Makes a recording of the sampler's file. */
export function sampledRecording(file: SampleFile, program: SampledProgram): Recording {
  const { samples, threads, interval, counts, isOfRealTime, machine } = file;
  const framesOf = frameFinder(file, program);
  const collector = new SampleCollector(new ThreadTable());
  for (const { thread, addresses, weight, time, state } of samples) {
    const frames = addresses.toReversed().flatMap((address, i, { length }) =>
      framesOf(address, { isCaller: i < length - 1, time })
    );
    collector.add({
      thread: {
        pid: file.process,
        tid: thread,
        name: threads.get(thread) ?? `thread ${thread}`,
      },
      time,
      frames: [...frames, ...stateFrames(state, machine)],
      weight,
      isCut: addresses.length >= MOST_FRAMES,
    });
  }
  const collected = collector.end(collector.scripted());
  const times = samples.map(({ time }) => time);
  const history = program.resolver?.historyOf?.(times[0] ?? 0, maximum(times));
  const recording: Recording = {
    sampler: "builtin",
    samplerVersion: "built-in sampler",
    command: program.command,
    event: isOfRealTime ? WALL_CLOCK : "cpu-clock",
    unit: "nanoseconds",
    frequency: Math.round(1e9 / interval),
    callGraph: { method: "fp" },
    maxFrames: MOST_FRAMES,
    start: file.start,
    duration: times.length === 0 ? 0 : (maximum(times) - times[0]!) / 1e6,
    lostSamples: Math.round((counts?.dropped ?? 0) / interval),
    clock: "mono",
    ...collected,
    ...(history === undefined ? {} : { history }),
    sources: sourcesOf(new Set(collected.stacks.flatMap(({ frames }) => frames)), program.resolver),
  };
  const whole = withSkippedCallers(recording);
  return isOfRealTime ? withIdleThreads(whole) : whole;
}

/** The frame for the state of a thread, which stands innermost on its stack. */
function stateFrames(state: SampledState, machine: number): readonly Frame[] {
  switch (state.kind) {
    case "running":
      return [];
    case "runnable":
      return [WAITING_FOR_CORE];
    case "blocked":
      return [blockedFrame(systemCallName(machine, state.call))];
  }
}

/** Finds the frames of an address, outermost first. */
type FindFrames = (
  address: number,
  seen: { isCaller: boolean; time: number },
) => readonly Frame[];

function frameFinder(
  { process, maps }: SampleFile,
  { command, map, open, resolver }: SampledProgram,
): FindFrames {
  const places = new CodePlaces({ pid: process, maps, map }, open);
  const table = new FrameTable();
  const runtimes = command.slice(0, 1);
  const known = new Map<number, Frame>();
  const frameAt = (address: number) => {
    let frame = known.get(address);
    if (frame === undefined) {
      known.set(address, frame = table.at({ ...places.at(address), runtimes }));
    }
    return frame;
  };
  return (address, { isCaller, time }) => {
    // A return address may already be the first instruction of the next function.
    const frame = frameAt(isCaller ? address - 1 : address);
    if (resolver === undefined || frame.kind === "native" || frame.kind === "kernel") {
      return [frame];
    }
    const code = resolver.framesAt(process, address, time, isCaller);
    if (code?.frames === undefined) return [frame];
    if (code.yieldsToMap && frame.file !== undefined) return [frame];
    return code.frames.map((one) => table.same(one));
  };
}

/** The largest number. `Math.max` takes no more arguments than fit on the stack. */
function maximum(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => number > most ? number : most, -Infinity);
}
