import type { Recording } from "../../recording/recording.ts";
import { framesBelowCut } from "../figures/cut_off.ts";
import { CATEGORIES, FirefoxTables, TIERS } from "./firefox_tables.ts";
import { jsonPieces, LargeElement } from "../../base/json_pieces.ts";
import {
  type SamplesByThread,
  samplesByThread,
  type ThreadSamples,
} from "../figures/thread_samples.ts";
import { isOfRealTime, stateOfStack } from "../../recording/thread_state.ts";
import { nanosecondsPerUnit } from "../figures/time_slots.ts";

/**
 * The version of the processed profile format that is written. Firefox Profiler reads all older ones
 * (github.com/firefox-devtools/profiler at df31314e16bf, docs-developer/CHANGELOG-formats.md,
 * "Version 70").
 */
const FORMAT_VERSION = 70;

/** The version of the format in which Firefox itself records; of no effect here (src/app-logic/constants.ts there). */
const GECKO_VERSION = 36;

/**
 * A profile for Firefox Profiler (https://profiler.firefox.com), of its processed format
 * (src/types/profile.ts in its repository): all threads with their samples in time, whose code each
 * frame is, the executed line and column of each, and the texts of the sources.
 *
 * @param recording What was recorded.
 * @param name What the profile is called.
 * @returns The file's text, in pieces.
 */
export function* formatFirefox(recording: Recording, name: string): Generator<string> {
  const samples = samplesByThread(recording);
  const tables = new FirefoxTables(recording.sources ?? new Map());
  const { stacks } = recording;
  const stackIds = stacks.map((stack) => tables.stackOf(framesBelowCut(stack)));
  const shared = tables.shared();
  yield* jsonPieces({
    meta: metaOf(recording, { name, samples }),
    libs: tables.libraries(),
    shared,
    threads: lazily(
      samples.threads,
      (thread) => new LargeElement(threadOf(recording, { samples, thread, stackIds })),
    ),
  });
}

function metaOf(
  recording: Recording,
  { name, samples }: { name: string; samples: SamplesByThread },
): Record<string, unknown> {
  const { command, event, samplerVersion, frequency, start, lostSamples } = recording;
  const { hasTimes } = samples;
  const facts = {
    "Recorded by": samplerVersion,
    Event: event,
    "Lost samples": String(lostSamples),
    Times: hasTimes ? "recorded" : "made: stacks follow each other for as long as they weigh",
  };
  const scale = nanosecondsPerUnit(recording, samples);
  const weights = samples.threads.reduce((sum, { weight }) => sum + weight, 0);
  const average = weights * scale / (samples.table.length || 1);
  return {
    interval: frequency === undefined ? average / 1e6 || 1 : 1000 / frequency,
    startTime: start ?? 0,
    processType: 0,
    product: name,
    arguments: command.join(" "),
    importedFrom: "@x/perf",
    stackwalk: 1,
    version: GECKO_VERSION,
    preprocessedProfileVersion: FORMAT_VERSION,
    categories: CATEGORIES.map((category) => ({ ...category, subcategories: TIERS })),
    markerSchema: [],
    sampleUnits: { time: "ms", eventDelay: "ms", threadCPUDelta: "ns" },
    symbolicated: true,
    sourceCodeIsNotOnSearchfox: true,
    initialSelectedThreads: samples.threads.length > 0 ? [0] : undefined,
    keepProfileThreadOrder: true,
    extra: [{
      label: "Recording",
      entries: Object.entries(facts).map(([label, value]) => ({ label, format: "string", value })),
    }],
  };
}

function threadOf(
  { unit, stacks, event }: Recording,
  { samples, thread, stackIds }: {
    samples: SamplesByThread;
    thread: ThreadSamples;
    stackIds: readonly (number | null)[];
  },
): unknown {
  const { threads, table, hasTimes } = samples;
  const { pid, tid, name, indices } = thread;
  const isTime = unit === "nanoseconds";
  const origin = hasTimes ? table.time[0]! : 0;
  const first = threads.find((other) => other.pid === pid && (!hasTimes || other.tid === pid));
  const main = first ?? threads.find((other) => other.pid === pid)!;
  const { time, stack, weight } = table;
  const isReal = isOfRealTime({ event });
  const runs = (index: number) =>
    !isReal || stateOfStack(stacks[stack[index]!]!.frames).kind === "running";
  const column = <Value>(value: (index: number) => Value) => lazily(indices, value);
  return {
    processType: "default",
    processName: stacks[stack[main.indices[0]!]!]!.thread,
    processStartupTime: 0,
    processShutdownTime: null,
    registerTime: 0,
    unregisterTime: null,
    pausedRanges: [],
    name: name === "" ? String(tid) : name,
    isMainThread: thread === main,
    pid: String(pid),
    tid,
    samples: {
      stack: column((index) => stackIds[stack[index]!]),
      time: column((index) => milliseconds(time[index]! - origin)),
      weight: column((index) => isTime ? weight[index]! / 1e6 : weight[index]!),
      weightType: isTime ? "tracing-ms" : "samples",
      threadCPUDelta: isTime ? column((index) => runs(index) ? weight[index]! : 0) : undefined,
      length: indices.length,
    },
    markers: { data: [], name: [], startTime: [], endTime: [], phase: [], category: [], length: 0 },
  };
}

/** Down to the microsecond, which keeps the file small. */
function milliseconds(nanoseconds: number): number {
  return Math.round(nanoseconds / 1000) / 1000;
}

function* lazily<From, To>(all: Iterable<From>, to: (one: From) => To): Generator<To> {
  for (const one of all) yield to(one);
}
