import { activityFrame, codeFrame, type Frame, functionFrame } from "../../lib/recording/frame.ts";
import { FrameTable } from "../../lib/recording/frame_table.ts";
import type { Recording } from "../../lib/recording/recording.ts";
import { SampleTableBuilder } from "../../lib/recording/sample_table.ts";
import { StackTable } from "../../lib/recording/stack_table.ts";
import { ThreadTable } from "../../lib/recording/thread_table.ts";
import { recordingOf } from "./recordings.ts";

/** A sample to make. */
export interface MadeSample {
  /** `name@file:line:executed line`, with `@column` behind it or without, `(activity)`, `builtin/name`, or a symbol of a library; outermost first. */
  stack: string;
  /** Milliseconds. */
  time: number;
  /** @default {1} */
  tid?: number;
  /** @default {1} */
  pid?: number;
  /** @default {"deno"} */
  name?: string;
  /** @default {1_000_000} */
  weight?: number;
  isCut?: boolean;
}

/** A recording of samples as one writes them. */
export function timedRecording(
  samples: readonly MadeSample[],
  facts: Partial<Recording> = {},
): Recording {
  const made = new Map<string, Frame>();
  const natives = new FrameTable();
  const frameOf = (text: string): Frame => {
    const known = made.get(text);
    if (known !== undefined) return known;
    const [, name, file, line, executed, column = "3"] =
      /^(.*?)@(.*):(\d+):(\d+)(?:@(\d+))?$/.exec(text) ?? [];
    const activity = /^\((.*)\)$/.exec(text.replaceAll("_", " "))?.[1];
    const frame = file !== undefined
      ? functionFrame({ name: name!, file, line: Number(line) }, {
        position: { line: Number(executed), column: Number(column) },
        tier: "turbofan",
      })
      : activity !== undefined
      ? activityFrame(activity)
      : text.startsWith("builtin/")
      ? codeFrame("builtin", text.slice("builtin/".length))
      : natives.at({ symbol: text, module: "/usr/lib/libc.so.6" });
    made.set(text, frame);
    return frame;
  };
  const stacks = new StackTable();
  const threads = new ThreadTable();
  const table = new SampleTableBuilder();
  for (const sample of samples) {
    const { stack, time, tid = 1, pid = 1, name = "deno", weight = 1e6, isCut } = sample;
    const index = stacks.add(name, stack.split(" ").map(frameOf), { weight, isCut });
    table.add({ time: 1e6 * time, thread: threads.indexOf(pid, tid, name), stack: index, weight });
  }
  return recordingOf([], {
    threads: threads.threads,
    stacks: stacks.stacks(),
    samples: table.end(),
    clock: "mono",
    ...facts,
  });
}
