import { sourceName } from "../base/symbol_name.ts";
import { activityFrame, type Frame, functionFrame } from "../recording/frame.ts";
import { FrameTable } from "../recording/frame_table.ts";
import type { Recording } from "../recording/recording.ts";
import { SampleTableBuilder } from "../recording/sample_table.ts";
import { StackTable } from "../recording/stack_table.ts";

/** A function in V8's profile of the processor; lines and columns are counted from 0. */
export interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
}

/** The part of the DevTools protocol's `Profiler.Profile` that is read here. */
export interface CpuProfile {
  nodes: readonly {
    id: number;
    callFrame: CallFrame;
    hitCount?: number;
    children?: readonly number[];
    /** Samples by the line that ran, which is counted from 1. */
    positionTicks?: readonly { line: number; ticks: number }[];
  }[];
}

/** Facts of a profile that are not in it. */
export interface CpuProfileFacts {
  /** The program's words. */
  command: readonly string[];
  /** The number of its process. */
  pid: number;
  /** Samples per second. */
  frequency: number;
  /** When it began, in milliseconds since 1970. */
  start: number;
  /** Its length, in milliseconds. */
  duration: number;
}

/** V8's names of what is no function, and the activities that they are. */
const ACTIVITIES: Readonly<Record<string, string>> = {
  "(garbage collector)": "garbage collection",
  "(program)": "native code",
};

/** V8's name of the time in which the thread waited. */
const IDLE = "(idle)";

const ROOT = "(root)";

/**
 * Makes a recording of V8's profile of the processor: of one thread, without native code. Time in
 * which the thread waited is left out.
 */
export function cpuProfileRecording(
  { nodes }: CpuProfile,
  { command, pid, frequency, start, duration }: CpuProfileFacts,
): Recording {
  const weight = 1e9 / frequency;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const { id, children = [] } of nodes) for (const child of children) parents.set(child, id);
  const frames = new FrameTable();
  const stacks = new StackTable();
  const samples = new SampleTableBuilder();
  for (const { id, callFrame, hitCount = 0, positionTicks = [] } of nodes) {
    if (hitCount === 0 || [IDLE, ROOT].includes(callFrame.functionName)) continue;
    const callers: Frame[] = [];
    for (let at = parents.get(id); at !== undefined; at = parents.get(at)) {
      const caller = byId.get(at)!.callFrame;
      if (caller.functionName !== ROOT) callers.push(frames.same(frameOf(caller)));
    }
    callers.reverse();
    const known = positionTicks.reduce((sum, { ticks }) => sum + ticks, 0);
    const lines = [...positionTicks, { line: 0, ticks: hitCount - known }];
    for (const { line, ticks } of lines) {
      if (ticks <= 0) continue;
      const stack = stacks.add("main", [...callers, frames.same(frameOf(callFrame, line))], {
        weight: ticks * weight,
        samples: ticks,
      });
      samples.add({ time: samples.length, thread: 0, stack, weight: ticks * weight });
    }
  }
  return {
    sampler: "v8",
    samplerVersion: "V8",
    command,
    event: "cpu-clock",
    unit: "nanoseconds",
    frequency,
    start,
    duration,
    lostSamples: 0,
    clock: "mono",
    threads: [{ pid, tid: pid, name: "main" }],
    samples: samples.end(),
    stacks: stacks.stacks(),
  };
}

/** @param line The line that ran; 0 where it is unknown. */
function frameOf({ functionName, url, lineNumber }: CallFrame, line = 0): Frame {
  const activity = ACTIVITIES[functionName];
  if (activity !== undefined) return activityFrame(activity);
  if (url === "") {
    return { name: functionName || "<anonymous>", kind: "runtime", module: "[builtins]" };
  }
  const isModule = functionName === "" && lineNumber <= 0;
  const label = {
    name: isModule ? "<module>" : functionName || "<anonymous>",
    file: sourceName(url),
    ...(isModule ? {} : { line: lineNumber + 1 }),
  };
  return functionFrame(label, line > 0 ? { position: { line, column: 1 } } : {});
}
