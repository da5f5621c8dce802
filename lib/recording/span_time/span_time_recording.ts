import { groupedBy } from "../../base/grouped_by.ts";
import { activityFrame, type Frame } from "../frame.ts";
import { FrameTable } from "../frame_table.ts";
import type { Recording } from "../recording.ts";
import type { Span } from "../recorded_spans.ts";
import { SampleCollector } from "../sample_collector.ts";
import { ThreadTable } from "../thread_table.ts";
import { isOfRealTime } from "../thread_state.ts";
import { frameOfWait } from "../waits/wait_frame.ts";
import type { WaitLog } from "../waits/wait_log.ts";
import { BusyThread } from "./busy_thread.ts";
import { KeptSpans } from "../spans/chosen_spans.ts";
import { withParents } from "../spans/labelled_samples.ts";
import { type SpanAmount, spanAmounts } from "./span_amounts.ts";
import { followedSpans } from "./span_events.ts";
import type { SpanLog } from "../spans/span_log.ts";
import { STATE_FRAMES } from "./span_state.ts";
import { SPAN_TIME_EVENT } from "./span_time_event.ts";
import { SystematicChoice } from "./systematic_choice.ts";

/** The sources of {@linkcode spanTimeRecording}. */
export interface SpanTimeSources {
  /** The recording of processor time or real time: it tells what ran. */
  running: Recording;
  spans: SpanLog;
  waits: WaitLog;
}

/**
 * Makes a recording of the time of spans: of each outermost span, from its start to its end, what ran,
 * what it waited for, and what ran while it could have gone on. The weights of a span add up to its
 * time. Each name of spans is a thread, and the outermost frame of a stack is the state.
 */
export function spanTimeRecording({ running, spans: log, waits }: SpanTimeSources): Recording {
  const { pid, tid, spans } = log;
  const followed = followedSpans(log, waits);
  const thread = new BusyThread(running, tid);
  const kept = new KeptSpans(spans, new Set(followed.map(({ index }) => index)));
  const stacks = new SpanStacks(spans, thread);
  const collector = new SampleCollector(new ThreadTable());
  const labels: { time: number; span: number }[] = [];
  for (const [name, same] of groupedBy(followed, ({ index }) => spans[index]!.name)) {
    const amounts = same.flatMap((one) => spanAmounts(one, spans, thread));
    const division = new SampleDivision(amounts, running);
    for (const amount of amounts) {
      const time = spans[amount.span]!.start;
      for (const [sampled, weight] of division.of(amount)) {
        const frames = stacks.framesOf(amount, sampled);
        collector.add({ thread: { pid, tid, name }, time, frames, weight, isCut: false });
        labels.push({ time, span: kept.indexOf(amount.span) + 1 });
      }
    }
  }
  // Samples are in the order of time, and those of one time in that of their adding.
  labels.sort((a, b) => a.time - b.time);
  const { sampler, samplerVersion, command, start, duration, sources } = running;
  return {
    sampler,
    samplerVersion,
    command,
    start,
    duration,
    sources,
    lostSamples: 0,
    event: SPAN_TIME_EVENT,
    unit: "nanoseconds",
    clock: "mono",
    ...collector.end(collector.scripted()),
    spans: {
      spans: kept.spans,
      ofSample: Uint32Array.from(labels, ({ span }) => span),
      measures: [],
      tid,
    },
  };
}

/** Stands for the part of a time that no sample is of. */
const OFF = Symbol("not on a processor");

/** A stack of the recording of what ran; `undefined` where no sample is in such a time. */
type Sampled = number | typeof OFF | undefined;

/**
 * The part of a time without samples that is shown. The samplers of processor time take some time to
 * sample, and samples are spread by chance.
 */
const LEAST_OFF = 0.05;

/**
 * Divides times by the samples that were taken in them. A time without a sample gets one of those in
 * which spans of the same name did the same, each as often as its share says: most requests are
 * shorter than the distance of two samples.
 */
class SampleDivision {
  readonly #choices = new Map<string, SystematicChoice<number>>();
  readonly #times = new Map<string, number>();
  readonly #hasOff: boolean;

  constructor(amounts: readonly SpanAmount[], running: Pick<Recording, "event" | "unit">) {
    this.#hasOff = running.unit === "nanoseconds" && !isOfRealTime(running);
    const sums = new Map<string, Map<number, number>>();
    for (const amount of amounts) {
      const key = keyOf(amount);
      let sum = sums.get(key);
      if (sum === undefined) sums.set(key, sum = new Map());
      for (const [stack, weight] of amount.samples) sum.set(stack, (sum.get(stack) ?? 0) + weight);
      this.#times.set(key, (this.#times.get(key) ?? 0) + amount.time);
    }
    for (const [key, sum] of sums) this.#choices.set(key, new SystematicChoice(sum));
  }

  *of(amount: SpanAmount): Generator<[sampled: Sampled, weight: number]> {
    const { state, time, samples } = amount;
    if (state !== "running" && state !== "ready") {
      yield [undefined, time];
      return;
    }
    const key = keyOf(amount);
    const choice = this.#choices.get(key)!;
    const missing = 1 - choice.total / this.#times.get(key)!;
    const off = this.#hasOff && missing > LEAST_OFF && choice.total > 0 ? missing : 0;
    if (off > 0) yield [OFF, off * time];
    const rest = (1 - off) * time;
    const sampled = [...samples.values()].reduce((sum, weight) => sum + weight, 0);
    if (sampled === 0) yield [choice.next(), rest];
    for (const [stack, weight] of samples) yield [stack, rest * weight / sampled];
  }
}

function keyOf({ state, stack = [] }: SpanAmount): string {
  return `${state} ${JSON.stringify(stack)}`;
}

/** Makes the stacks of times. */
class SpanStacks {
  readonly #spans: readonly Span[];
  readonly #thread: BusyThread;
  readonly #table = new FrameTable();
  readonly #same = new Map<Frame, Frame>();
  readonly #waits = new Map<SpanAmount["stack"], readonly Frame[]>();

  constructor(spans: readonly Span[], thread: BusyThread) {
    this.#spans = spans;
    this.#thread = thread;
  }

  /** The state, the spans within the outermost one, the await, and what ran. */
  framesOf({ state, span, stack }: SpanAmount, sampled: Sampled): Frame[] {
    const names = [...withParents(this.#spans, span)].slice(0, -1).reverse()
      .map((index) => activityFrame(this.#spans[index]!.name));
    const ran = sampled === undefined
      ? []
      : sampled === OFF
      ? [activityFrame("not on a processor")]
      : state === "running"
      ? this.#thread.framesOf(sampled)
      : [this.#thread.busyFrame(sampled)];
    const own = [STATE_FRAMES[state], ...names].map((frame) => this.#table.same(frame));
    return [...own, ...this.#waitFrames(stack), ...ran.map((frame) => this.#one(frame))];
  }

  #waitFrames(stack: SpanAmount["stack"]): readonly Frame[] {
    let frames = this.#waits.get(stack);
    if (frames === undefined) {
      frames = (stack ?? []).map((frame) => this.#table.same(frameOfWait(frame)));
      this.#waits.set(stack, frames);
    }
    return frames;
  }

  /** The one object for equal frames; to ask the table takes longer. */
  #one(frame: Frame): Frame {
    let same = this.#same.get(frame);
    if (same === undefined) this.#same.set(frame, same = this.#table.same(frame));
    return same;
  }
}
