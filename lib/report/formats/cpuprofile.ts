import type { Recording } from "../../recording/recording.ts";
import { recordingTotal } from "../../recording/recording.ts";
import { CallFrames, META_NAMES } from "../figures/call_frames.ts";
import { CallNodes } from "../figures/call_nodes.ts";
import { jsonPieces } from "../../base/json_pieces.ts";
import {
  type SamplesByThread,
  samplesByThread,
  type ThreadSamples,
} from "../figures/thread_samples.ts";
import { nanosecondsPerUnit, type TimeSlots, timeSlots } from "../figures/time_slots.ts";

/** The profile of one thread. */
export interface ThreadProfile {
  /** Part of the file's name: empty for the main thread, as `.worker-4711` for another. */
  suffix: string;
  /** The file's text, in pieces. */
  content: Iterable<string>;
}

/**
 * Profiles for Chrome DevTools, VS Code and others, of the DevTools protocol's `Profiler.Profile`
 * (https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile), one for each
 * thread. A sample lasts for as long as it weighs, and then the thread is idle until the next.
 * `positionTicks` count as {@linkcode sharesOf} counts: a line has the time of native code that it called.
 *
 * @param recording What was recorded.
 * @returns The main thread's first. Each is made when it is asked for.
 */
export function* formatCpuProfiles(recording: Recording): Generator<ThreadProfile> {
  const samples = samplesByThread(recording);
  const scale = nanosecondsPerUnit(recording, samples);
  const suffixes = new Set<string>();
  for (const [i, thread] of samples.threads.entries()) {
    const suffix = i === 0 ? "" : threadSuffix(thread, suffixes);
    yield { suffix, content: profilePieces(recording, { samples, thread, scale }) };
  }
}

/** The profile of the main thread, as {@linkcode formatCpuProfiles} has it first. */
export function formatCpuProfile(recording: Recording): Iterable<string> {
  for (const { content } of formatCpuProfiles(recording)) return content;
  return profilePieces(recording, {
    samples: { threads: [], table: recording.samples, hasTimes: false },
    scale: 1,
  });
}

interface ProfileParts {
  samples: SamplesByThread;
  /** A recording without samples has no thread. */
  thread?: ThreadSamples;
  /** Nanoseconds for each unit of weight. */
  scale: number;
}

function* profilePieces(
  recording: Recording,
  { samples, thread, scale }: ProfileParts,
): Generator<string> {
  const { table, hasTimes } = samples;
  const indices = thread?.indices ?? new Uint32Array();
  const slots = timeSlots(samples, { indices }, scale);
  const nodes = new CallNodes(new CallFrames(), recording.stacks);
  const ids = Uint32Array.from(
    indices,
    (index) => nodes.count(table.stack[index]!, table.weight[index]!),
  );
  let idle = 0;
  for (const { gap } of entriesOf(slots)) {
    if (gap !== undefined) idle = nodes.countName(META_NAMES.idle, gap / scale);
  }
  const total = recordingTotal(recording);
  const [start, end] = boundsOf(slots);
  yield* jsonPieces({
    nodes: nodes.nodes(META_NAMES.root, total.weight / total.samples || 1),
    startTime: start,
    endTime: end,
    samples: map(entriesOf(slots), ({ sample }) => sample === undefined ? idle : ids[sample]),
    timeDeltas: deltasOf(slots, start),
    // Readers skip what the protocol does not have.
    perf: {
      thread: thread?.label,
      pid: thread?.pid,
      tid: thread?.tid,
      recordedBy: recording.samplerVersion,
      event: recording.event,
      times: hasTimes ? "recorded" : "made: stacks follow each other for as long as they weigh",
      nanosecondsPerUnit: scale,
      lostSamples: recording.lostSamples,
    },
  });
}

/** A sample, or the beginning of a gap. */
interface ProfileEntry {
  /** Nanoseconds. */
  time: number;
  /** The sample's index among those of the thread. */
  sample?: number;
  /** Nanoseconds until the next sample begins, or the profile ends. */
  gap?: number;
}

/** The samples and the gaps between them. A gap of no length ends the last sample: readers take it from the next. */
function* entriesOf({ starts, durations }: TimeSlots): Generator<ProfileEntry> {
  for (let sample = 0; sample < starts.length; sample++) {
    const time = starts[sample]!;
    const end = time + durations[sample]!;
    yield { time, sample };
    const gap = sample + 1 < starts.length ? starts[sample + 1]! - end : 0;
    if (gap > 0 || sample + 1 === starts.length) yield { time: end, gap };
  }
}

function* deltasOf(slots: TimeSlots, start: number): Generator<number> {
  let last = start;
  for (const { time } of entriesOf(slots)) {
    const now = microseconds(time);
    yield now - last;
    last = now;
  }
}

function boundsOf({ starts, durations }: TimeSlots): [start: number, end: number] {
  const last = starts.length - 1;
  if (last < 0) return [0, 0];
  return [microseconds(starts[0]!), microseconds(starts[last]! + durations[last]!)];
}

/** Rounded, so that sums of differences are exact. */
function microseconds(nanoseconds: number): number {
  return Math.round(nanoseconds / 1000);
}

function* map<From, To>(all: Iterable<From>, to: (one: From) => To): Generator<To> {
  for (const one of all) yield to(one);
}

function threadSuffix({ name, label, pid, tid }: ThreadSamples, known: Set<string>): string {
  const words = pid === 0 ? label : `${name}-${tid}`;
  const stem = `.${words.replace(/[^\p{L}\p{N}_-]+/gu, "-")}`;
  let suffix = stem;
  for (let i = 2; known.has(suffix); i++) suffix = `${stem}-${i}`;
  known.add(suffix);
  return suffix;
}
