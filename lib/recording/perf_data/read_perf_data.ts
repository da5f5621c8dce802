import { RUNTIME_ACTIVITIES } from "../../v8_log/runtime_activity.ts";
import type { CodeResolver } from "../code_resolver.ts";
import { perfScriptArgs, readPerfScript } from "../perf_script/perf_script.ts";
import { measuredEvent } from "../measured_event.ts";
import type { Recording } from "../recording.ts";
import { sourcesOf } from "../sources.ts";
import { SampleTableBuilder } from "../sample_table.ts";
import { StackTable } from "../stack_table.ts";
import { threadLabels } from "../thread.ts";
import { ThreadTable } from "../thread_table.ts";
import { AddressSpaces } from "./address_spaces.ts";
import { canReadDirectly } from "./can_read_directly.ts";
import type { PerfDataFile } from "./data_file.ts";
import { type EventAttributes, SampleType } from "./event_attributes.ts";
import { type FileHeader, readFileHeader } from "./file_header.ts";
import { activityFrame, isBuiltin } from "../frame.ts";
import { withIdleThreads } from "../idle_threads.ts";
import { withSkippedCallers } from "../skipped/skipped_callers.ts";
import { blockingCall } from "../system_call.ts";
import { blockedFrame, WAITING_FOR_CORE, WALL_CLOCK } from "../thread_state.ts";
import { framesOfLocations } from "./location_frames.ts";
import { Locations, type PendingAddress } from "./locations.ts";
import { recordedCommand } from "../recorded_command.ts";
import type { FrameNumbers } from "../frame_numbers.ts";
import { type LocatedStack, type RecordingContext, visitSamples } from "./sample_pass.ts";
import { readSideEvents, type SideEvents } from "./side_events.ts";
import { StackActivities } from "./stack_activities.ts";
import { symbolRequest } from "./symbol_request.ts";
import type { SymbolCache } from "./symbol_cache.ts";
import { type FoundSymbol, readSymbols, SYMBOL_ARGS } from "./symbols.ts";
import { ThreadNames } from "./thread_names.ts";
import { WallSamples } from "./wall_samples.ts";

/** Runs `perf script`. */
export interface PerfScriptRunner {
  /** Prints the recording that is being read. */
  print(args: readonly string[]): AsyncIterable<string>;
  /** Prints another recording. */
  printOf(recording: Uint8Array<ArrayBuffer>, args: readonly string[]): AsyncIterable<string>;
}

/** Facts of a recording that lead to its processes' logs. */
export interface RecordedFacts {
  /** The clock of its times: `CLOCK_MONOTONIC`, or perf's own. */
  clock: Recording["clock"];
  /** The processes. */
  pids: ReadonlySet<number>;
  /** The files that were mapped as executable, and when, in nanoseconds of that clock. */
  mapped: readonly { path: string; time: number }[];
}

/** Knowledge of the recorded processes from outside of the recording. */
export interface KnownCode {
  /** Knows the code that runtimes made. */
  resolver: CodeResolver;
  /** Command lines of processes, with the program first. */
  commands: ReadonlyMap<number, readonly string[]>;
}

/** Options of {@linkcode readPerfData}. */
export interface PerfDataOptions {
  /** Looks up symbols, and prints recordings that cannot be read directly. */
  perf: PerfScriptRunner;
  /**
   * Finds the code that runtimes made in the recorded processes. It is not called where `perf
   * script` has to print the recording. @default {perf's names are used}
   */
  findCode?: (facts: RecordedFacts) => Promise<KnownCode | undefined>;
  /** Keeps symbols between recordings of the same processes. @default {each is waited for} */
  symbols?: SymbolCache;
  /** The kernel's `perf_event_max_stack` at the time of the recording. @default {127} */
  maxFrames?: number;
  /** Called with the share of the reading that is done, from 0 to 1. */
  progress?: (done: number) => void;
  /** Called with the reason, a clause, where `perf script` has to print the recording. */
  onIndirect?: (reason: string) => void;
}

/**
 * The kernel's default of `kernel.perf_event_max_stack` (PERF_MAX_STACK_DEPTH, linux/perf_event.h).
 */
const DEFAULT_MAX_FRAMES = 127;

/** Shares of the time that the three passes over the file take. */
const PARTS = { sideEvents: 0.15, locations: 0.4, stacks: 0.45 } as const;

/**
 * Reads a recording of perf's: millions of samples, with their times and threads. Three passes over
 * the file keep no more than a few megabytes of it in memory. The first reads the events beside the
 * samples, the second the addresses that need names, the third the stacks.
 *
 * @param file The recording.
 * @param options Sources of names, and facts that are not in the file.
 * @returns A recording for each event that has samples, in the file's order.
 */
export async function readPerfData(
  file: PerfDataFile,
  options: PerfDataOptions,
): Promise<Recording[]> {
  const header = readFileHeader(file);
  const progress = (before: number, part: number) => (offset: number) =>
    options.progress?.(before + part * offset / file.size);
  const reason = canReadDirectly(header);
  if (reason !== undefined) return await readPrinted(header, reason, options);
  const side = readSideEvents(file, header, progress(0, PARTS.sideEvents));
  if (side.obstacle !== undefined) return await readPrinted(header, side.obstacle, options);

  const known = await options.findCode?.(recordedFacts(header, side));
  const runtimes = recordedCommand(header.commandLine).slice(0, 1);
  const context: RecordingContext = {
    file,
    header,
    spaces: new AddressSpaces(side.events),
    wall: WallSamples.of(header, side.switches),
    names: new ThreadNames(side.events),
    threads: new ThreadTable(),
    locations: new Locations({ resolver: known?.resolver, runtimes }),
  };
  const activities = new StackActivities(context.locations);
  visitSamples(
    context,
    ({ stack }) => activities.learn(stack),
    progress(PARTS.sideEvents, PARTS.locations),
  );
  context.locations.complete();
  const symbols = await lookUp(context, options);
  const stacks = progress(PARTS.sideEvents + PARTS.locations, PARTS.stacks);
  return readStacks(context, {
    side,
    symbols,
    runtimes,
    known,
    activities,
    options,
    progress: stacks,
  });
}

function recordedFacts({ events }: FileHeader, side: SideEvents): RecordedFacts {
  return {
    clock: clockOf(events[0]!.attributes),
    pids: new Set(side.events.map(({ pid }) => pid)),
    mapped: side.events.flatMap((event) =>
      event.kind === "map" ? [{ path: event.path, time: event.time }] : []
    ),
  };
}

function readPrinted(
  { events }: FileHeader,
  reason: string,
  { perf, maxFrames, onIndirect }: PerfDataOptions,
): Promise<Recording[]> {
  onIndirect?.(reason);
  const has = (bit: number) => events.every(({ attributes }) => attributes.sampleType & bit);
  const args = perfScriptArgs({
    hasTimes: has(SampleType.TIME),
    hasPeriods: has(SampleType.PERIOD),
  });
  return readPerfScript(perf.print(args), { maxFrames });
}

async function lookUp(
  { file, header, spaces, locations: { pending } }: RecordingContext,
  { perf, symbols }: PerfDataOptions,
): Promise<(FoundSymbol | undefined)[]> {
  const ask = (addresses: readonly PendingAddress[]) => {
    const { bytes, samples } = symbolRequest(addresses, { file, header, events: spaces.telling });
    return readSymbols(perf.printOf(bytes, SYMBOL_ARGS), addresses, samples);
  };
  if (pending.length === 0) return [];
  if (symbols === undefined) return await ask(pending);
  return symbols.waits ? await symbols.findAll(pending, ask) : symbols.find(pending, ask);
}

/** Facts for {@linkcode readStacks} beside the context. */
interface StackFacts {
  side: SideEvents;
  symbols: readonly (FoundSymbol | undefined)[];
  runtimes: readonly string[];
  known: KnownCode | undefined;
  activities: StackActivities;
  options: PerfDataOptions;
  progress: (offset: number) => void;
}

function readStacks(
  context: RecordingContext,
  { side, symbols, runtimes, known, activities, options, progress }: StackFacts,
): Recording[] {
  const { header, locations, threads, spaces, wall } = context;
  const { numbers, byLocation, starts, scripted } = framesOfLocations(locations, symbols, runtimes);
  const labels = threadLabels(threads.threads, {
    scripted: spaces.pidsOf(scripted),
    commands: known?.commands,
  });
  const most = header.events.map(({ attributes }) =>
    attributes.maxFrames || (options.maxFrames ?? DEFAULT_MAX_FRAMES)
  );
  // With one event the number of samples is known.
  const capacity = header.events.length === 1 ? side.samples : 0;
  const tables = header.events.map(() => ({
    stacks: new StackTable(numbers),
    samples: new SampleTableBuilder(capacity),
  }));
  const activityIds = new Map(
    RUNTIME_ACTIVITIES.map((activity) =>
      [activity, numbers.idOf(activityFrame(activity))] as const
    ),
  );
  const isSilent = ([id]: readonly number[]) => {
    const frame = id === undefined ? undefined : numbers.at(id);
    return frame === undefined || frame.name === "" || isBuiltin(frame);
  };
  for (let location = 0; location < locations.length; location++) {
    const symbol = symbols[locations.pendingOf(location) ?? -1]?.symbol;
    if (symbol !== undefined) activities.name(location, symbol);
  }
  const callOf = blockingCallFinder(context, byLocation, numbers);
  const scales = context.header.events.map(({ name }) => measuredEvent(name).scale);
  visitSamples(context, ({ event, until, weight: count, thread, stack, unchanged, state }) => {
    // All samples of real time are of one recording.
    const { stacks, samples } = tables[wall === undefined ? event : wall.events.running]!;
    const weight = wall === undefined ? count * scales[event]! : count;
    const { paths, locations } = stack;
    const userLength = wall === undefined ? stack.length : callOf.userLength(stack);
    // The kernel's way to take a processor away tells nothing.
    const length = state === "runnable" ? userLength : stack.length;
    const activity = activities.activityOf(stack);
    // The thread's next sample reuses only the paths of frames outside of an activity and of the
    // frame for a state.
    const end = Math.min(userLength, activity === undefined ? length : activities.start);
    const start = Math.min(unchanged, stack.pathCount, end);
    let path = start === 0 ? StackTable.OUTSIDE : paths[start - 1]!;
    for (let i = start; i < end; i++) {
      // If the resolver answers differently in this pass, a new location has no frames.
      const ids = byLocation[locations[i]!] ?? [];
      for (let j = 0; j < ids.length; j++) path = stacks.enter(path, ids[j]!);
      paths[i] = path;
    }
    stack.pathCount = end;
    if (activity !== undefined) path = stacks.enter(path, activityIds.get(activity)!);
    for (let i = end; i < length; i++) {
      if (i === userLength && state === "blocked") path = stacks.enter(path, callOf.frameId(stack));
      const ids = byLocation[locations[i]!] ?? [];
      if (activities.isPartOfActivity(locations[i]!) && isSilent(ids)) continue;
      for (let j = 0; j < ids.length; j++) path = stacks.enter(path, ids[j]!);
    }
    if (state === "runnable") path = stacks.enter(path, numbers.idOf(WAITING_FOR_CORE));
    const isCut = length >= most[event]! &&
      !locations.subarray(0, length).some((location) => starts.has(location));
    const index = stacks.count(labels[thread]!, path, { weight, isCut });
    // A sample stands for the time in front of it.
    samples.add({ time: until, thread, stack: index, weight });
  }, progress);
  const sources = sourcesOf(numbers.all(), known?.resolver);
  return tables.flatMap(({ stacks, samples }, i) => {
    if (samples.length === 0) return [];
    const table = samples.end();
    const history = known?.resolver.historyOf?.(table.time[0]!, table.time.at(-1)!);
    const recording: Recording = {
      ...recordingFacts(context, i),
      maxFrames: most[i],
      lostSamples: side.lostSamples,
      threads: threads.threads,
      samples: table,
      stacks: stacks.stacks(),
      sources,
      ...(history === undefined ? {} : { history }),
      ...timesOf(context, table.time),
    };
    const whole = withSkippedCallers(recording);
    if (wall === undefined) return [whole];
    // perf's own times are of the clock's samples only.
    const first = table.weight.reduce(
      (least, weight, i) => Math.min(least, table.time[i]! - weight),
      Infinity,
    );
    const duration = (table.time.at(-1)! - first) / 1e6;
    return [withIdleThreads({ ...whole, event: WALL_CLOCK, duration })];
  });
}

/** Finds what threads wait for: the frames of the kernel stand innermost on their stacks. */
function blockingCallFinder(
  { locations }: RecordingContext,
  byLocation: readonly (readonly number[])[],
  numbers: FrameNumbers,
): { userLength(stack: LocatedStack): number; frameId(stack: LocatedStack): number } {
  const isKernel = (location: number) => locations.spaceOf(location) === 0;
  const userLength = ({ locations, length }: LocatedStack) => {
    let end = length;
    while (end > 0 && isKernel(locations[end - 1]!)) end--;
    return end;
  };
  return {
    userLength,
    frameId(stack) {
      const kernel = stack.locations.subarray(userLength(stack), stack.length);
      const names = [...kernel].flatMap((location) => byLocation[location] ?? [])
        .map((id) => numbers.at(id).name);
      return numbers.idOf(blockedFrame(blockingCall(names)));
    },
  };
}

type Facts = Pick<
  Recording,
  | ("sampler" | "samplerVersion" | "command" | "event" | "unit" | "frequency" | "interval")
  | ("callGraph" | "clock")
>;

/** `CLOCK_MONOTONIC` (linux/time.h). */
const CLOCK_MONOTONIC = 1;

function recordingFacts({ header }: RecordingContext, index: number): Facts {
  const { name, attributes } = header.events[index]!;
  const { event, unit, scale } = measuredEvent(name);
  const { isFrequency, rate } = attributes;
  return {
    sampler: "perf",
    samplerVersion: `perf ${header.version}`.trim(),
    command: recordedCommand(header.commandLine),
    event,
    unit,
    frequency: isFrequency ? rate : undefined,
    ...unit === "bytes" && !isFrequency ? { interval: rate * scale } : {},
    callGraph: attributes.sampleType & SampleType.CALLCHAIN ? { method: "fp" } : undefined,
    clock: clockOf(attributes),
  };
}

function clockOf({ clock }: EventAttributes): Recording["clock"] {
  return clock === CLOCK_MONOTONIC ? "mono" : "perf";
}

function timesOf(
  { header, file }: RecordingContext,
  times: Float64Array,
): Pick<Recording, "start" | "duration"> {
  const { reference, sampleTime } = header;
  const first = sampleTime?.first || times[0]!;
  const last = sampleTime?.last || times.at(-1)!;
  const start = reference === undefined
    ? file.modified
    : Math.round(reference.wallClock + (first - reference.time) / 1e6);
  return { start, duration: Math.max(0, last - first) / 1e6 };
}
