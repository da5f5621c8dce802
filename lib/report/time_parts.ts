import { activityOfFrame, isApp, isBuiltin } from "../recording/frame.ts";
import type { Recording, Stack } from "../recording/recording.ts";

/** What a program and its runtime spend time on. */
export type TimePart = "program" | "start-up" | "background" | "collection" | "runtime";

/** All time of a recording, divided. */
export interface TimeParts {
  /** All time, in the recording's unit. */
  total: number;
  /**
   * What it is divided into: functions of the program and all that they call; the runtime before
   * the first of them; threads that run no JavaScript, such as V8's compilers; garbage collection in
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
  const { starts, scripted } = findScripts(recording, traits);
  for (let i = 0; i < samples.length; i++) {
    const trait = traits[samples.stack[i]!]!;
    const { pid, tid } = threads[samples.thread[i]!]!;
    const start = starts.get(pid);
    add(
      trait,
      samples.weight[i]!,
      start === undefined
        ? "runtime"
        : !scripted.has(tid)
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

/** Finds when each process's first function of the program was seen, and the threads with JavaScript. */
function findScripts(
  { samples, threads }: Pick<Recording, "samples" | "threads">,
  traits: Uint8Array,
): { starts: ReadonlyMap<number, number>; scripted: ReadonlySet<number> } {
  const starts = new Map<number, number>();
  const scripted = new Set<number>();
  for (let i = 0; i < samples.length; i++) {
    const trait = traits[samples.stack[i]!]!;
    if ((trait & Trait.Script) === 0) continue;
    const { pid, tid } = threads[samples.thread[i]!]!;
    scripted.add(tid);
    // Samples are in the order of time.
    if (trait & Trait.App && !starts.has(pid)) starts.set(pid, samples.time[i]!);
  }
  // The main thread's JavaScript can be too short for a sample.
  for (const pid of starts.keys()) scripted.add(pid);
  return { starts, scripted };
}
