import { type Frame, isApp, isBuiltin } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import { type StackState, stateOfStack } from "../../recording/thread_state.ts";
import { type EventLoop, EventLoopTurns, type TimedStack } from "./event_loop.ts";

/** The real time of some threads by state, in nanoseconds. */
export interface StateTimes {
  running: number;
  /** Ready to run, while other threads had the processors. */
  runnable: number;
  /** Waiting, with JavaScript on the stack. */
  blocking: number;
  /** Waiting elsewhere, but not for events. */
  blocked: number;
  /** With nothing to do. */
  idle: number;
}

/** A thread that runs JavaScript. */
export interface ScriptThread {
  /** Its name in reports. */
  label: string;
  times: StateTimes;
  /** Its event loop; `undefined` where it never waited for events. */
  loop: EventLoop | undefined;
}

/** A place that blocks the event loop. */
export interface Blocker {
  /** The system call in which it waits; empty where unknown. */
  call: string;
  /** The innermost function of the program, with the position that waits. */
  frame: Frame;
  /** Nanoseconds of all waits together, and of the longest. */
  weight: number;
  longest: number;
  /** The number of waits. */
  count: number;
}

/** The real time of a recording. */
export interface RealTime {
  /** The beginning of the first sample, in nanoseconds of the recording's clock. */
  start: number;
  /** Threads that run JavaScript, the one with the most time in JavaScript first. */
  threads: readonly ScriptThread[];
  /** All other threads together, and their number. */
  others: StateTimes & { count: number };
  /** Places that block event loops, from the most time to the least. */
  blockers: readonly Blocker[];
}

/** Divides the real time of a recording by thread and state. */
export function realTime(recording: Pick<Recording, "stacks" | "samples" | "threads">): RealTime {
  const stacks = recording.stacks.map(({ frames }): TimedStack => ({
    state: stateOfStack(frames),
    app: frames.findLast(isApp),
    hasScript: frames.some((frame) => frame.file !== undefined || isBuiltin(frame)),
  }));
  const blockers = new Blockers();
  const others = { ...noTimes(), count: 0 };
  const threads = threadsOf(recording).flatMap((samples): (ScriptThread & { app: number })[] => {
    const { times, app, runsScript } = timesOf(samples, stacks);
    if (!runsScript) {
      others.count++;
      for (const key of STATES) others[key] += times[key];
      return [];
    }
    const turns = new EventLoopTurns(stacks);
    for (const { start, end, stack } of samples) {
      turns.add(start, end, stack);
      blockers.add(stacks[stack]!, { start, end });
    }
    blockers.endThread();
    const label = recording.stacks[samples.at(-1)!.stack]!.thread;
    return [{ label, times, app, loop: turns.end() }];
  });
  const { time, weight } = recording.samples;
  return {
    start: time.reduce((least, end, i) => Math.min(least, end - weight[i]!), Infinity),
    threads: threads.sort((a, b) => b.app - a.app)
      .map(({ label, times, loop }) => ({ label, times, loop })),
    others,
    blockers: blockers.all(),
  };
}

const STATES = ["running", "runnable", "blocking", "blocked", "idle"] as const;

function noTimes(): StateTimes {
  return { running: 0, runnable: 0, blocking: 0, blocked: 0, idle: 0 };
}

/** All time of some states, in nanoseconds. */
export function totalOf(times: StateTimes): number {
  return STATES.reduce((sum, key) => sum + times[key], 0);
}

/** A sample of a thread: the time that it stands for, and its stack. */
interface TimedSample {
  start: number;
  end: number;
  stack: number;
}

/** The samples of each thread, in the order of time. */
function threadsOf(
  { samples, threads }: Pick<Recording, "samples" | "threads">,
): TimedSample[][] {
  const lists = new Map<string, TimedSample[]>();
  for (let i = 0; i < samples.length; i++) {
    const { pid, tid } = threads[samples.thread[i]!]!;
    const key = `${pid} ${tid}`;
    let list = lists.get(key);
    if (list === undefined) lists.set(key, list = []);
    const end = samples.time[i]!;
    list.push({ start: end - samples.weight[i]!, end, stack: samples.stack[i]! });
  }
  return [...lists.values()];
}

function timesOf(
  samples: readonly TimedSample[],
  stacks: readonly TimedStack[],
): { times: StateTimes; app: number; runsScript: boolean } {
  const times = noTimes();
  let app = 0;
  let runsScript = false;
  for (const { start, end, stack } of samples) {
    const { state, app: frame } = stacks[stack]!;
    if (frame !== undefined) app += end - start;
    runsScript ||= frame !== undefined || state.kind === "event loop idle";
    times[keyOf(state)] += end - start;
  }
  return { times, app, runsScript };
}

function keyOf(state: StackState): keyof StateTimes {
  switch (state.kind) {
    case "running":
    case "runnable":
      return state.kind;
    case "blocked":
      return state.blocksLoop ? "blocking" : "blocked";
    default:
      return "idle";
  }
}

/** Adds up the waits of each place. */
class Blockers {
  readonly #known = new Map<string, Blocker>();
  /** The wait under way: a sampler may see one wait several times. */
  #open: { blocker: Blocker; start: number; end: number } | undefined;

  add({ state, app }: TimedStack, { start, end }: { start: number; end: number }): void {
    if (state.kind !== "blocked" || !state.blocksLoop || app === undefined) return;
    const { name, file, position } = app;
    const key = `${name}\0${file}\0${position?.line}\0${state.call}`;
    let blocker = this.#known.get(key);
    if (blocker === undefined) {
      blocker = { call: state.call, frame: app, weight: 0, longest: 0, count: 0 };
      this.#known.set(key, blocker);
    }
    blocker.weight += end - start;
    if (this.#open?.blocker !== blocker || this.#open.end !== start) {
      blocker.count++;
      this.#open = { blocker, start, end };
    } else this.#open.end = end;
    blocker.longest = Math.max(blocker.longest, end - this.#open.start);
  }

  endThread(): void {
    this.#open = undefined;
  }

  all(): Blocker[] {
    return [...this.#known.values()].sort((a, b) => b.weight - a.weight);
  }
}
