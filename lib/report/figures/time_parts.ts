import { activityOfFrame, isApp, isBuiltin } from "../../recording/frame.ts";
import type { Recording, Stack } from "../../recording/recording.ts";

/** The parts of the time that a program and its runtime take. */
export type TimePart = "program" | "start-up" | "background" | "collection" | "runtime";

/** All time of a recording, divided. */
export interface TimeParts {
  /** All time, in the recording's unit. */
  total: number;
  /**
   * The parts: functions of the program and all that they call; the runtime before
   * the first of them, in each thread; threads that run no JavaScript, such as V8's compilers; garbage collection in
   * the others; all that is left.
   */
  parts: Readonly<Record<TimePart, number>>;
  /** Time in the kernel, which is within these parts. */
  kernel: number;
  /** The part of the kernel's time that functions of the program asked for. */
  programsKernel: number;
}

/** Facts of a stack that the division goes by. */
const enum Trait {
  App = 1,
  Script = 2,
  Collection = 4,
  Kernel = 8,
}

/**
 * Divides all time of a recording. Start-up and background threads are told by times and threads;
 * a recording without these has neither, and the runtime has that time.
 *
 * @param recording What was recorded, and `foldFrames` has folded.
 */
export function timeParts(recording: Pick<Recording, "stacks" | "samples" | "threads">): TimeParts {
  const { stacks, samples, threads } = recording;
  const traits = Uint8Array.from(stacks, traitsOf);
  const parts = { program: 0, "start-up": 0, background: 0, collection: 0, runtime: 0 };
  const times: TimeParts = { total: 0, parts, kernel: 0, programsKernel: 0 };
  const add = (trait: number, weight: number, outside: TimePart) => {
    times.total += weight;
    if (trait & Trait.Kernel) {
      times.kernel += weight;
      if (trait & Trait.App) times.programsKernel += weight;
    }
    parts[trait & Trait.App ? "program" : outside] += weight;
  };
  if (samples.length === 0) {
    for (const [i, { weight }] of stacks.entries()) {
      add(traits[i]!, weight, traits[i]! & Trait.Collection ? "collection" : "runtime");
    }
    return times;
  }
  const { processes, scripts } = findStarts(recording, traits);
  for (let i = 0; i < samples.length; i++) {
    const trait = traits[samples.stack[i]!]!;
    const { pid, tid } = threads[samples.thread[i]!]!;
    const start = scripts.get(tid);
    add(
      trait,
      samples.weight[i]!,
      !processes.has(pid)
        ? "runtime"
        : start === undefined
        ? "background"
        : trait & Trait.Collection
        ? "collection"
        : samples.time[i]! < start
        ? "start-up"
        : "runtime",
    );
  }
  return times;
}

function traitsOf({ frames }: Stack): number {
  let traits = 0;
  for (const frame of frames) {
    if (isApp(frame)) traits |= Trait.App | Trait.Script;
    // The runtime's own JavaScript has a file, too.
    else if (frame.file !== undefined || isBuiltin(frame)) traits |= Trait.Script;
    else if (activityOfFrame(frame) === "garbage collection") traits |= Trait.Collection;
  }
  if (frames.at(-1)?.kind === "kernel") traits |= Trait.Kernel;
  return traits;
}

/**
 * Finds the processes that ran functions of a program, and the threads that ran JavaScript, with the
 * time of the first function that was seen there.
 */
function findStarts(
  { samples, threads }: Pick<Recording, "samples" | "threads">,
  traits: Uint8Array,
): { processes: ReadonlySet<number>; scripts: ReadonlyMap<number, number> } {
  const processes = new Map<number, number>();
  const scripts = new Map<number, number>();
  for (let i = 0; i < samples.length; i++) {
    const trait = traits[samples.stack[i]!]!;
    if ((trait & Trait.Script) === 0) continue;
    const { pid, tid } = threads[samples.thread[i]!]!;
    const time = samples.time[i]!;
    // Samples are in the order of time.
    if (trait & Trait.App) {
      if (!processes.has(pid)) processes.set(pid, time);
      if ((scripts.get(tid) ?? Infinity) === Infinity) scripts.set(tid, time);
    } else if (!scripts.has(tid)) scripts.set(tid, Infinity);
  }
  for (const [pid, time] of processes) {
    // The main thread's JavaScript can be too short for a sample.
    if ((scripts.get(pid) ?? Infinity) === Infinity) scripts.set(pid, time);
  }
  return { processes: new Set(processes.keys()), scripts };
}
