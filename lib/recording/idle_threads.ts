import { type Frame, isBuiltin } from "./frame.ts";
import type { Recording } from "./recording.ts";
import { StackTable } from "./stack_table.ts";
import { waitsForEvents } from "./system_call.ts";
import {
  EVENT_LOOP_IDLE,
  IDLE,
  isStateFrame,
  loopBlockedFrame,
  stateOfStack,
} from "./thread_state.ts";

/**
 * Marks waits in a recording of real time. A thread that waits without JavaScript on its stack is
 * idle; of a thread that has run JavaScript only the wait for events is, since its event loop does
 * that. One frame stands for the whole stack of an idle thread, so the waits of a runtime's many
 * threads are one. A thread that waits with JavaScript on its stack blocks its event loop.
 */
export function withIdleThreads(recording: Recording): Recording {
  const { stacks, samples } = recording;
  const waits = stacks.map(({ frames }) => {
    const state = stateOfStack(frames);
    const hasScript = frames.some(isJavaScript);
    return { hasScript, call: state.kind === "blocked" ? state.call : undefined };
  });
  const runsScript = threadsWithScript(recording, waits.map(({ hasScript }) => hasScript));
  const framesOf = (stack: number, idle: Frame | undefined): readonly Frame[] => {
    const { hasScript, call } = waits[stack]!;
    if (idle !== undefined) return [idle];
    const { frames } = stacks[stack]!;
    if (!hasScript || call === undefined) return frames;
    return frames.map((frame) => isStateFrame(frame) ? loopBlockedFrame(call) : frame);
  };
  const idleFrame = (stack: number, thread: number): Frame | undefined => {
    const { hasScript, call } = waits[stack]!;
    if (call === undefined || hasScript) return undefined;
    if (!runsScript[thread]) return IDLE;
    return call === "" || waitsForEvents(call) ? EVENT_LOOP_IDLE : undefined;
  };
  const table = new StackTable();
  /** The new index of each stack, by the frame that stands for it. */
  const known = new Map<Frame | undefined, number[]>();
  const indices = samples.stack.map((stack, i) => {
    const idle = idleFrame(stack, samples.thread[i]!);
    let indices = known.get(idle);
    if (indices === undefined) known.set(idle, indices = []);
    const { thread, isCut } = stacks[stack]!;
    const index = indices[stack] ??= table.add(thread, framesOf(stack, idle), {
      samples: 0,
      weight: 0,
      isCut: isCut && idle === undefined,
    });
    const counted = table.stacks()[index]!;
    counted.samples++;
    counted.weight += samples.weight[i]!;
    return index;
  });
  return { ...recording, stacks: table.stacks(), samples: samples.replacingStacks(indices) };
}

/** Whether each thread, under any of its names, has run JavaScript. */
function threadsWithScript(
  { samples, threads }: Pick<Recording, "samples" | "threads">,
  isScript: readonly boolean[],
): boolean[] {
  const key = ({ pid, tid }: { pid: number; tid: number }) => `${pid} ${tid}`;
  const scripted = new Set<string>();
  for (const [i, stack] of samples.stack.entries()) {
    if (isScript[stack]) scripted.add(key(threads[samples.thread[i]!]!));
  }
  return threads.map((thread) => scripted.has(key(thread)));
}

function isJavaScript(frame: Frame): boolean {
  return frame.file !== undefined || isBuiltin(frame);
}
