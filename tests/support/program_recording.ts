import type { Frame } from "../../lib/recording/frame.ts";
import { activityFrame, codeFrame, functionFrame } from "../../lib/recording/frame.ts";
import { FrameTable } from "../../lib/recording/frame_table.ts";
import type { Recording } from "../../lib/recording/recording.ts";
import { SampleTableBuilder } from "../../lib/recording/sample_table.ts";
import { StackTable } from "../../lib/recording/stack_table.ts";
import type { Thread } from "../../lib/recording/thread.ts";
import { recordingOf } from "./recordings.ts";

/** A sample to make; each stands for a millisecond. */
export interface SampleText {
  /**
   * Frames from the outermost in, with spaces between: `name:file:line` or `name:file:line@line,column`
   * for a function, `(activity)`, `kernel/symbol`, or `builtin/name`.
   */
  stack: string;
  /** The thread's number; that of the process for the main thread. @default {1} */
  tid?: number;
  /** The number of samples in a row. @default {1} */
  times?: number;
  isCut?: boolean;
}

/** A recording of V8's functions with times and threads, in process 1. */
export function programRecording(
  samples: readonly SampleText[],
  facts: Partial<Recording> = {},
): Recording {
  const frames = new FrameTable();
  const stacks = new StackTable();
  const table = new SampleTableBuilder();
  const threads: Thread[] = [];
  let time = 0;
  for (const { stack, tid = 1, times = 1, isCut = false } of samples) {
    const words = stack.split(" ").filter(Boolean);
    const path = words.map((word) => frames.same(frameOf(word)));
    let thread = threads.findIndex((one) => one.tid === tid);
    if (thread < 0) thread = threads.push({ pid: 1, tid, name: tid === 1 ? "deno" : "V8" }) - 1;
    for (let i = 0; i < times; i++) {
      time += 1e6;
      const index = stacks.add(threads[thread]!.name, path, { weight: 1e6, isCut });
      table.add({ time, thread, stack: index, weight: 1e6 });
    }
  }
  return {
    ...recordingOf([]),
    clock: "mono",
    threads,
    samples: table.end(),
    stacks: stacks.stacks(),
    ...facts,
  };
}

function frameOf(word: string): Frame {
  const activity = /^\((.*)\)$/.exec(word)?.[1];
  if (activity !== undefined) return activityFrame(activity.replaceAll("_", " "));
  const [, place, symbol] = /^(kernel|builtin|native)\/(.*)$/.exec(word) ?? [];
  if (place === "kernel") return { name: symbol!, kind: "kernel", module: "[kernel.kallsyms]" };
  if (place === "native") return { name: symbol!, kind: "native", module: "/lib/libc.so.6" };
  if (place === "builtin") return codeFrame("builtin", symbol!);
  const [, name, file, line, at, column] = /^([^:]+):([^:@]+)(?::(\d+))?(?:@(\d+),(\d+))?$/.exec(
    word,
  )!;
  return functionFrame(
    { name: name!, file: file!, line: line === undefined ? undefined : Number(line) },
    at === undefined ? {} : { position: { line: Number(at), column: Number(column) } },
  );
}
