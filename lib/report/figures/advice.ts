import { MAX_STACK_DUMP_SIZE } from "../../perf/call_graph.ts";
import { measureWords } from "./measure_words.ts";
import { type Frame, isApp, namelessName } from "../../recording/frame.ts";
import { type Recording, recordingTotal } from "../../recording/recording.ts";

/** Data that a recording lacks. */
export interface Shortcomings {
  /** The number of samples whose stack has JavaScript in it. */
  javascript: number;
  /** The number of these samples that have lost their outer frames. */
  cut: number;
  /** The number of samples that perf, the kernel or the sampler lost. */
  lost: number;
  /**
   * Weight of samples in native code without a name, by program or library; without the runtime.
   */
  nameless: ReadonlyMap<string, number>;
  /** Weight of samples in kernel code without a name. */
  namelessKernel: number;
}

/** Amounts of other events are spoken of as time. */
const TIME = { unit: "nanoseconds", event: "" } as const;

/** Counts the data that a recording lacks. */
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

/**
 * The share of cut stacks that is not reported, in percent: some are always cut, at a thread's
 * start.
 */
const USUAL_CUT = 2;

/** The share of time in code without a name that is not reported, in percent. */
const USUAL_NAMELESS = 1;

/** Options of {@linkcode recordingAdvice}. */
export interface AdviceOptions {
  /** Whether copying more of each stack can mend stacks that are cut. @default {true} */
  unwinds?: boolean;
}

/**
 * Says which data a recording lacks, how much of it, and the command that mends it.
 *
 * @param recording The recording, before {@linkcode foldFrames}.
 * @param options Facts beside it.
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
  const { noun } = measureWords(recording.unit === "bytes" ? recording : TIME);
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
      } of the ${noun} is in the kernel at addresses without a name: ` +
        "sudo sysctl kernel.kptr_restrict=0 shows them",
    );
  }
  for (const [module, part] of nameless) {
    if (100 * part <= USUAL_NAMELESS * weight) continue;
    advice.push(
      module === "[unknown]"
        ? `${percent(part, weight)} of the ${noun} is at addresses in no known file: ` +
          "a larger -m keeps the records of mapped files"
        : `${percent(part, weight)} of the ${noun} is in ${module}, which has no names: ` +
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
  if (sampler === "v8") return `${deeper}, the most that V8 keeps`;
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

/** Returns twice the size of copied stacks, or perf's largest. */
export function nextSize(size: number): number {
  return Math.min(MAX_STACK_DUMP_SIZE, 2 * size);
}

/** Whether a recording has frames of the program in it. */
export function showsApp({ stacks }: Recording): boolean {
  const seen = new Set<Frame>();
  for (const { frames } of stacks) frames.forEach((frame) => seen.add(frame));
  return [...seen].some(isApp);
}
