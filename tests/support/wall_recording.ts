/* Recordings of real time as one writes them. */
import { functionFrame } from "../../lib/recording/frame.ts";
import { FrameTable } from "../../lib/recording/frame_table.ts";
import { withIdleThreads } from "../../lib/recording/idle_threads.ts";
import type { Recording } from "../../lib/recording/recording.ts";
import { SampleTableBuilder } from "../../lib/recording/sample_table.ts";
import { StackTable } from "../../lib/recording/stack_table.ts";
import { blockedFrame, WAITING_FOR_CORE } from "../../lib/recording/thread_state.ts";
import { ThreadTable } from "../../lib/recording/thread_table.ts";
import { recordingOf } from "./recordings.ts";

/**
 * A time of a thread: `work running`, `work runnable`, `work futex` for a function that waits in a
 * system call, `- epoll_wait` without a function. `work` is at line 3 of /src/app.ts, `other` at 7.
 */
export type MadeTime = [what: string, milliseconds: number, tid?: number];

const LINES: Readonly<Record<string, number>> = { work: 3, other: 7 };

/** A recording in which each thread does one thing after the other, from 0 ms on. */
export function wallRecording(
  times: readonly MadeTime[],
  facts: Partial<Recording> = {},
): Recording {
  const frames = new FrameTable();
  const stacks = new StackTable();
  const threads = new ThreadTable();
  const table = new SampleTableBuilder();
  const ends = new Map<number, number>();
  for (const [what, milliseconds, tid = 1] of times) {
    const [name, state] = what.split(" ") as [string, string];
    const line = LINES[name];
    const path = [
      frames.at({ symbol: "_start", module: "/usr/bin/deno" }),
      ...line === undefined ? [] : [frames.same(functionFrame({ name, file: "/src/app.ts", line }, {
        position: { line: line + 1, column: 1 },
        tier: "turbofan",
      }))],
      ...state === "running" ? [] : [state === "runnable" ? WAITING_FOR_CORE : blockedFrame(state)],
    ];
    const weight = 1e6 * milliseconds;
    const time = (ends.get(tid) ?? 0) + weight;
    ends.set(tid, time);
    const thread = tid === 1 ? "deno" : `pool-${tid}`;
    const stack = stacks.add(thread, path, { weight });
    table.add({ time, thread: threads.indexOf(1, tid, thread), stack, weight });
  }
  return withIdleThreads(recordingOf([], {
    event: "wall-clock",
    threads: threads.threads,
    stacks: stacks.stacks(),
    samples: table.end(),
    clock: "mono",
    ...facts,
  }));
}
