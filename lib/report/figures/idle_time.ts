import type { Recording } from "../../recording/recording.ts";
import { SampleTableBuilder } from "../../recording/sample_table.ts";
import { isOfRealTime, stateOfStack } from "../../recording/thread_state.ts";

/** The idle time that reports show: of all threads, of event loops, or none. */
export type ShownIdle = "all" | "loop" | "none";

/** The values of {@linkcode ShownIdle}. */
export const SHOWN_IDLE: readonly ShownIdle[] = ["all", "loop", "none"];

/**
 * Leaves idle time out of a recording of real time. A runtime has many threads that only wait: they
 * would take nearly all of a flame graph.
 *
 * @param recording The recording.
 * @param shown The idle time that stays.
 */
export function withoutIdle(recording: Recording, shown: ShownIdle): Recording {
  if (shown === "all" || !isOfRealTime(recording)) return recording;
  const indices = new Int32Array(recording.stacks.length).fill(-1);
  const stacks = recording.stacks.filter(({ frames }, i) => {
    const { kind } = stateOfStack(frames);
    const isLeft = kind === "idle" || kind === "event loop idle" && shown === "none";
    if (!isLeft) indices[i] = 0;
    return !isLeft;
  });
  let next = 0;
  indices.forEach((index, i) => indices[i] = index < 0 ? index : next++);
  const { samples } = recording;
  const kept = new SampleTableBuilder(samples.length);
  for (let i = 0; i < samples.length; i++) {
    const stack = indices[samples.stack[i]!]!;
    if (stack < 0) continue;
    const [time, thread, weight] = [samples.time[i]!, samples.thread[i]!, samples.weight[i]!];
    kept.add({ time, thread, stack, weight });
  }
  return { ...recording, stacks, samples: kept.end() };
}
