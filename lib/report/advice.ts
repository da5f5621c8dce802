import { MAX_STACK_DUMP_SIZE } from "../perf/call_graph.ts";
import { type Frame, isApp, namelessName } from "../recording/frame.ts";
import { type Recording, recordingTotal } from "../recording/recording.ts";

/** What is missing in a recording. */
export interface Shortcomings {
  /** Samples whose stack has JavaScript in it. */
  javascript: number;
  /** How many of them have lost their outer frames. */
  cut: number;
  /** Samples that perf, the kernel or the sampler lost. */
  lost: number;
  /** Weight of samples taken in code without a name, by what it is in. The runtime's is not counted. */
  nameless: ReadonlyMap<string, number>;
  /** The same for the kernel alone. */
  namelessKernel: number;
}

/** Counts what is missing. */
export function countShortcomings(
  { stacks, lostSamples }: Recording,
): Shortcomings {
  const nameless = new Map<string, number>();
  let [javascript, cut, namelessKernel] = [0, 0, 0];
  for (const { frames, samples, weight, isCut } of stacks) {
    if (frames.some(isApp)) {
      javascript += samples;
      if (isCut) cut += samples;
    }
    const frame = frames.at(-1);
    if (frame === undefined || frame.name !== "") continue;
    if (frame.kind === "kernel") namelessKernel += weight;
    if (frame.kind === "native") {
      const module = namelessName(frame.module);
      nameless.set(module, (nameless.get(module) ?? 0) + weight);
    }
  }
  return { javascript, cut, lost: lostSamples, nameless, namelessKernel };
}

/** The share of stacks that may be cut without a word, in percent: some always are, at a thread's start. */
const USUAL_CUT = 2;

/** The share of time that may be spent in code without a name without a word, in percent. */
const USUAL_NAMELESS = 1;

/** Options of {@linkcode recordingAdvice}. */
export interface AdviceOptions {
  /** Whether another size of copied stacks can mend those that are cut. @default {true} */
  unwinds?: boolean;
}

/**
 * What is missing in a recording, how much of it, and what mends it.
 *
 * @param recording What was recorded, before {@linkcode foldFrames}.
 * @param options What is known beside it.
 * @returns Sentences; none where all is well.
 */
export function recordingAdvice(
  recording: Recording,
  { unwinds = true }: AdviceOptions = {},
): string[] {
  const { javascript, cut, lost, nameless, namelessKernel } = countShortcomings(
    recording,
  );
  const { weight } = recordingTotal(recording);
  const percent = (part: number, all: number) => `${(100 * part / all).toFixed(0)} %`;
  const advice: string[] = [];
  const isMendable = unwinds || recording.callGraph?.method !== "dwarf";
  if (isMendable && 100 * cut > USUAL_CUT * javascript) {
    advice.push(
      `${percent(cut, javascript)} of the stacks are cut off: ${cutAdvice(recording)}`,
    );
  }
  if (lost > 0) advice.push(lostAdvice(recording));
  const { unreadLines = 0 } = recording;
  if (unreadLines > 0) {
    advice.push(
      `${unreadLines} lines of perf script were not understood, so samples can be missing: ` +
        "perhaps the name of a thread has a line break",
    );
  }
  if (100 * namelessKernel > USUAL_NAMELESS * weight) {
    advice.push(
      `${
        percent(namelessKernel, weight)
      } of the time is in the kernel at addresses without a name: ` +
        "sudo sysctl kernel.kptr_restrict=0 shows them",
    );
  }
  for (const [module, part] of nameless) {
    if (100 * part <= USUAL_NAMELESS * weight) continue;
    advice.push(
      module === "[unknown]"
        ? `${percent(part, weight)} of the time is at addresses in no file that is known: ` +
          "a larger -m keeps what says which files were mapped"
        : `${percent(part, weight)} of the time is in ${module}, which has no names: ` +
          "its package with debug symbols has them",
    );
  }
  return advice;
}

function cutAdvice({ sampler, callGraph, maxFrames }: Recording): string {
  if (callGraph?.method === "dwarf") {
    const { size } = callGraph;
    return size < MAX_STACK_DUMP_SIZE
      ? `they are deeper than ${size} bytes, next try --call-graph dwarf,${nextSize(size)}`
      : `they are deeper than ${size} bytes, the most that perf copies`;
  }
  const deeper = `they are deeper than ${maxFrames ?? "the most"} frames`;
  return sampler === "perf"
    ? `${deeper}, --max-stack 1024 keeps more, as root, and so does sudo sysctl kernel.perf_event_max_stack=1024`
    : `${deeper}, the most that the built-in sampler keeps`;
}

function lostAdvice({ sampler, callGraph, lostSamples }: Recording): string {
  const lost = `${lostSamples} samples were lost`;
  if (sampler !== "perf") return `${lost}, a lower -F keeps them`;
  return callGraph?.method === "dwarf"
    ? `${lost}: copying ${callGraph.size} bytes each is too much, a lower -F, a larger -m or a smaller SIZE keeps them`
    : `${lost}, a lower -F or a larger -m keeps them`;
}

/** Twice as much stack, as far as perf goes. */
export function nextSize(size: number): number {
  return Math.min(MAX_STACK_DUMP_SIZE, 2 * size);
}

/** Whether a recording has frames of the program in it. */
export function showsApp({ stacks }: Recording): boolean {
  const seen = new Set<Frame>();
  for (const { frames } of stacks) frames.forEach((frame) => seen.add(frame));
  return [...seen].some(isApp);
}
