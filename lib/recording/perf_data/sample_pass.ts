import type { ThreadTable } from "../thread_table.ts";
import type { AddressSpace, AddressSpaces } from "./address_spaces.ts";
import { CallChain } from "./call_chain.ts";
import { type PerfDataFile, readUint64 } from "./data_file.ts";
import type { EventAttributes } from "./event_attributes.ts";
import type { FileHeader } from "./file_header.ts";
import type { Locations } from "./locations.ts";
import { RecordCursor } from "./record_cursor.ts";
import { eventIdOffset, type SampleLayout, sampleLayout } from "./record_layout.ts";
import { RecordType } from "./side_events.ts";
import type { RunState } from "../thread_state.ts";
import type { ThreadNames } from "./thread_names.ts";
import type { WallSample, WallSamples } from "./wall_samples.ts";

/** The facts of a recording that are needed to read its samples. */
export interface RecordingContext {
  file: PerfDataFile;
  header: FileHeader;
  spaces: AddressSpaces;
  names: ThreadNames;
  threads: ThreadTable;
  locations: Locations;
  /** Makes samples of real time. @default {samples are as they are in the file} */
  wall?: WallSamples;
}

/** A sample. The object is reused for the next sample. */
export interface LocatedSample {
  /** Index of the event. */
  event: number;
  /** Nanoseconds of the recording's clock. */
  time: number;
  /** The number of events that it stands for. */
  weight: number;
  /** Index in the thread table. */
  thread: number;
  /** The thread's stack. The object is reused for the thread's next sample. */
  stack: LocatedStack;
  /** The number of outermost locations that the thread's last sample had too. */
  unchanged: number;
  /** The state of the thread; always running where the recording is not of real time. */
  state: RunState;
  /** The end of the time that it stands for; `time` but for a thread that did not run. */
  until: number;
}

/**
 * Visits all samples, with the locations of their addresses.
 *
 * @param context The recording.
 * @param visit Called with every sample.
 * @param progress Called with the file offset that has been reached.
 */
export function visitSamples(
  context: RecordingContext,
  visit: (sample: LocatedSample) => void,
  progress?: (offset: number) => void,
): void {
  const { file, header, locations, wall } = context;
  const events = header.events.map(({ attributes }) => attributes);
  const forms = events.map((attributes) => ({
    layout: sampleLayout(attributes),
    weight: fixedWeight(attributes),
  }));
  const eventOf = eventFinder(header);
  const states = header.events.map(() => new ThreadStates(context));
  const chain = new CallChain();
  const sample = { event: 0, time: 0, weight: 0, thread: 0, unchanged: 0 } as LocatedSample;
  sample.state = "running";
  const cursor = new RecordCursor(file, header.data);
  const form: { size: number; misc: number; layout: SampleLayout } = {
    size: 0,
    misc: 0,
    layout: forms[0]!.layout,
  };
  for (let count = 0; cursor.next();) {
    if (cursor.type !== RecordType.SAMPLE) continue;
    if ((++count & 0xffff) === 0) progress?.(cursor.offset);
    const { view, at, size } = cursor;
    const event = eventOf(view, at, size);
    if (event === undefined) continue;
    const { layout, weight } = forms[event]!;
    if (size < layout.least) continue;
    const time = readUint64(view, at + layout.time);
    const pid = view.getInt32(at + layout.tid, true);
    const tid = view.getInt32(at + layout.tid + 4, true);
    const state = states[event]!.of(pid, tid, time);
    form.size = size;
    form.misc = cursor.misc;
    form.layout = layout;
    chain.read(view, at, form);
    sample.event = event;
    sample.time = sample.until = time;
    sample.weight = layout.period < 0 ? weight : readUint64(view, at + layout.period);
    if (wall !== undefined) {
      const seen: WallSample = { event, tid, time, space: state.space };
      const real = wall.stateOf(seen, sample.weight);
      if (real === undefined) continue;
      sample.state = real.state;
      sample.weight = real.weight;
      sample.until = real.until;
      wall.cutBehindCode(seen, chain);
    }
    sample.thread = state.thread;
    sample.stack = state.stack;
    sample.unchanged = state.stack.locate(chain, { space: state.space, time, locations });
    visit(sample);
  }
}

/** The weight of a sample without a period; of a clock, in nanoseconds. */
function fixedWeight({ isFrequency, rate, type, config }: EventAttributes): number {
  if (!isFrequency) return rate;
  const isClock = type === 1 && config <= 1;
  return isClock && rate > 0 ? Math.round(1e9 / rate) : 1;
}

/** Finds the event of a sample; `undefined` where the file does not name it. */
function eventFinder(
  { events }: FileHeader,
): (view: DataView, at: number, size: number) => number | undefined {
  const offset = eventIdOffset(events.map(({ attributes }) => attributes));
  if (offset < 0) return () => 0;
  const indices = new Map(events.flatMap(({ ids }, i) => ids.map((id) => [id, i] as const)));
  return (view, at, size) =>
    size < offset + 8 ? undefined : indices.get(readUint64(view, at + offset));
}

/** A thread while it has one name. */
interface ThreadState {
  pid: number;
  space: AddressSpace;
  /** Index in the thread table. */
  thread: number;
  from: number;
  to: number;
  stack: LocatedStack;
}

/** The threads of one event's samples. */
class ThreadStates {
  readonly #context: RecordingContext;
  readonly #states = new Map<number, ThreadState>();
  #last: ThreadState | undefined;
  #lastTid = 0;

  constructor(context: RecordingContext) {
    this.#context = context;
  }

  of(pid: number, tid: number, time: number): ThreadState {
    let state = this.#lastTid === tid ? this.#last : this.#states.get(tid);
    if (state === undefined || state.pid !== pid || time < state.from || time >= state.to) {
      state = this.#make({ pid, tid, time }, state);
      this.#states.set(tid, state);
    }
    this.#last = state;
    this.#lastTid = tid;
    return state;
  }

  #make(
    { pid, tid, time }: { pid: number; tid: number; time: number },
    before: ThreadState | undefined,
  ): ThreadState {
    const { names, threads, spaces } = this.#context;
    const { name, from, to } = names.at(tid, time);
    return {
      pid,
      space: spaces.of(pid),
      thread: threads.indexOf(pid, tid, name),
      from,
      to,
      stack: before?.pid === pid ? before.stack : new LocatedStack(),
    };
  }
}

/** The last stack of a thread, outermost first. The thread's next stack has most of it too. */
export class LocatedStack {
  length = 0;
  /** The location of each frame. */
  locations = new Int32Array(32);
  /** For the visitor: the path of stack tables up to each frame. */
  paths = new Int32Array(32);
  /** For the visitor: the number of paths that are right for the stack that it saw last. */
  pathCount = 0;
  #low = new Uint32Array(32);
  #high = new Uint32Array(32);
  #kind = new Uint8Array(32);
  /** Start and end of the time in which each frame and all outside of it keep their locations. */
  #from = new Float64Array(32);
  #to = new Float64Array(32);

  /**
   * Replaces the stack by that of a call chain. Outer frames that are unchanged are not looked up.
   *
   * @returns The number of outer frames that are unchanged.
   */
  locate(
    { low, high, kind, length }: CallChain,
    { space, time, locations }: { space: AddressSpace; time: number; locations: Locations },
  ): number {
    while (length > this.locations.length) this.#grow();
    const [lows, highs, kinds] = [this.#low, this.#high, this.#kind];
    const [froms, tos] = [this.#from, this.#to];
    const most = Math.min(length, this.length);
    let unchanged = 0;
    for (let i = length - 1; unchanged < most; i--, unchanged++) {
      if (
        lows[unchanged] !== low[i] || highs[unchanged] !== high[i] ||
        kinds[unchanged] !== kind[i] || time < froms[unchanged]! || time >= tos[unchanged]!
      ) break;
    }
    let from = unchanged === 0 ? -Infinity : froms[unchanged - 1]!;
    let to = unchanged === 0 ? Infinity : tos[unchanged - 1]!;
    for (let at = unchanged; at < length; at++) {
      const i = length - 1 - at;
      const location = locations.find(space, low[i]!, high[i]!, kind[i]!, time);
      lows[at] = low[i]!;
      highs[at] = high[i]!;
      kinds[at] = kind[i]!;
      this.locations[at] = location;
      froms[at] = from = Math.max(from, locations.from(location));
      tos[at] = to = Math.min(to, locations.to(location));
    }
    this.length = length;
    return unchanged;
  }

  #grow(): void {
    const length = 2 * this.locations.length;
    this.locations = copied(this.locations, new Int32Array(length));
    this.paths = copied(this.paths, new Int32Array(length));
    this.#low = copied(this.#low, new Uint32Array(length));
    this.#high = copied(this.#high, new Uint32Array(length));
    this.#kind = copied(this.#kind, new Uint8Array(length));
    this.#from = copied(this.#from, new Float64Array(length));
    this.#to = copied(this.#to, new Float64Array(length));
  }
}

function copied<Column extends { set(other: Column): void }>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
