import { activityFrame, type Frame } from "../frame.ts";
import { FrameTable } from "../frame_table.ts";
import type { Recording } from "../recording.ts";
import { SampleCollector } from "../sample_collector.ts";
import type { SourceTexts } from "../sources.ts";
import type { SpanLog } from "../spans/span_log.ts";
import { ThreadTable } from "../thread_table.ts";
import { type CountedStack, countedStacks, waitSums } from "./concurrent_waits.ts";
import { frameOfWait } from "./wait_frame.ts";
import { WAIT_EVENT } from "./wait_event.ts";
import { type Wait, type WaitFrame, WaitKind } from "./wait.ts";
import type { WaitLog } from "./wait_log.ts";

/** Facts on the recorded program. */
export interface WaitingProgram {
  /** The program with its arguments. */
  command: readonly string[];
  /** Reads the text of a source file; `undefined` where that cannot be read. */
  sourceOf: (file: string) => string | undefined;
  /** Its spans. @default {none were recorded} */
  spans?: SpanLog;
}

/**
 * Makes a recording of the waits of a program. Its weights are nanoseconds, and its stacks chains of
 * async callers: each frame has the line that awaits the next one.
 *
 * @param log The waits.
 * @param program Facts on the program.
 */
export function waitingRecording(
  { pid, tid, start, waits }: WaitLog,
  { command, sourceOf, spans }: WaitingProgram,
): Recording {
  const end = waits.reduce((last, wait) => Math.max(last, wait.start, wait.end ?? 0), start);
  const counted = countedStacks(waitSums(waits, end).values());
  const stacks = new StackFrames(counted);
  const collector = new SampleCollector(new ThreadTable());
  const thread = { pid, tid, name: "awaits" };
  const labels: { time: number; span: number }[] = [];
  for (const wait of waits) {
    const { share, othersShare } = counted.get(wait.stack)!;
    const weight = wait.count *
      (wait.kind === WaitKind.LEAF ? share : wait.kind === WaitKind.OTHERS ? othersShare : 0);
    if (weight === 0) continue;
    const until = wait.end ?? end;
    const settled = wait.settled ?? (wait.end === undefined ? end : wait.start);
    const { frames, ready } = stacks.of(wait.stack);
    for (
      const [part, time, length] of [
        [frames, settled, settled - wait.start],
        [ready, until, until - settled],
      ] as const
    ) {
      if (length <= 0) continue;
      collector.add({ thread, time, frames: part, weight: weight * length, isCut: false });
      labels.push({ time, span: (spans?.indices.get(wait.span) ?? -1) + 1 });
    }
  }
  const collected = collector.end(collector.scripted());
  // Samples are in the order of time, and those of one time in that of their adding.
  labels.sort((a, b) => a.time - b.time);
  return {
    sampler: "builtin",
    samplerVersion: "promise hooks",
    command,
    event: WAIT_EVENT,
    unit: "nanoseconds",
    duration: (end - start) / 1e6,
    lostSamples: 0,
    clock: "mono",
    ...collected,
    sources: sourceTexts(stacks.files, sourceOf),
    spans: spans && {
      spans: spans.spans,
      measures: spans.measures,
      ofSample: Uint32Array.from(labels, ({ span }) => span),
      tid,
    },
  };
}

/** Stands below a function whose branches wait at the same time. */
const CONCURRENT = activityFrame("concurrent");

/** Stands on a function that could go on, but the thread ran other code. */
const READY = activityFrame("ready, the thread is busy");

/** Whether a frame stands for a function that could go on, while the thread ran other code. */
export function isReady(frame: Frame | undefined): boolean {
  return frame?.name === READY.name && frame.module === READY.module;
}

/** Makes the frames of stacks, once for each. */
class StackFrames {
  readonly files = new Set<string>();
  readonly #table = new FrameTable();
  readonly #counted: ReadonlyMap<Wait["stack"], CountedStack>;
  readonly #made = new Map<Wait["stack"], { frames: Frame[]; ready: Frame[] }>();

  constructor(counted: ReadonlyMap<Wait["stack"], CountedStack>) {
    this.#counted = counted;
  }

  /** The frames of a stack, outermost first, and those of the time in which it was ready to go on. */
  of(stack: Wait["stack"]): { frames: readonly Frame[]; ready: readonly Frame[] } {
    let made = this.#made.get(stack);
    if (made === undefined) {
      const frames = stack.map((frame) => this.#frameOf(frame));
      const { concurrentBelow } = this.#counted.get(stack)!;
      for (const depth of concurrentBelow.toReversed()) {
        frames.splice(depth, 0, this.#table.same(CONCURRENT));
      }
      made = { frames, ready: [...frames, this.#table.same(READY)] };
      this.#made.set(stack, made);
    }
    return made;
  }

  #frameOf(frame: WaitFrame): Frame {
    this.files.add(frame[1]);
    return this.#table.same(frameOfWait(frame));
  }
}

function sourceTexts(
  files: Iterable<string>,
  sourceOf: (file: string) => string | undefined,
): SourceTexts {
  const texts = [...files].map((file): [string, string | undefined] => [file, sourceOf(file)]);
  return new Map(texts.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Numbers that say how exact a program's waits are. */
export interface WaitingFacts {
  /** The awaits that were recorded. */
  recorded: number;
  /** The awaits that they stand for. */
  all: number;
  /** The standard error of the whole time, as a part of it; 0 where every await was recorded. */
  error: number;
}

/** Tells how well the waits of a program are known. */
export function waitingFacts({ waits }: Pick<WaitLog, "waits">): WaitingFacts {
  let [all, time, variance] = [0, 0, 0];
  for (const { start, end, count, kind } of waits) {
    all += count;
    if (kind !== WaitKind.LEAF || end === undefined) continue;
    const length = end - start;
    time += count * length;
    // Each await was chosen with the chance of 1 in `count`, apart from all others.
    variance += count * (count - 1) * length ** 2;
  }
  return { recorded: waits.length, all, error: time === 0 ? 0 : Math.sqrt(variance) / time };
}
