import { groupedBy } from "../../base/grouped_by.ts";
import { type Frame, isApp } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import { durationOf } from "../../recording/spans/chosen_spans.ts";
import { rootsOf } from "../../recording/span_time/span_events.ts";
import { spanStateOf } from "../../recording/span_time/span_state.ts";
import type { SpanState } from "../../recording/span_time/span_time.ts";

/** The time of the spans of one name. Times are nanoseconds of one span, on average. */
export interface SpanTimeRow {
  name: string;
  /** The spans that were looked at. */
  count: number;
  /** From start to end. */
  time: number;
  /** The parts of that time, which add up to it. */
  parts: SpanTimePart[];
}

/** The time in one state. */
export interface SpanTimePart {
  state: SpanState;
  time: number;
  /** What ran, what was awaited, or what ran meanwhile; from the most to the least. */
  details: { frame: Frame; time: number }[];
}

/** The order in which states are named. */
const STATES: readonly SpanState[] = ["running", "waiting", "ready", "unexplained"];

/** The time of spans by name, of a recording of that; those with the most time first. */
export function spanTimeRows(
  { spans: recorded, samples, stacks }: Pick<Recording, "spans" | "samples" | "stacks">,
): SpanTimeRow[] {
  if (recorded === undefined) return [];
  const { spans, ofSample } = recorded;
  const roots = rootsOf(spans);
  const described = stacks.map(({ frames }) => describe(frames));
  const sums = new Map<string, NameSum>();
  for (const [i, stack] of samples.stack.entries()) {
    const { name } = spans[roots[ofSample[i]! - 1]!]!;
    let sum = sums.get(name);
    if (sum === undefined) sums.set(name, sum = new NameSum());
    sum.add(described[stack]!, samples.weight[i]!);
  }
  const outermost = spans.filter(({ parent, end }) => parent === undefined && end !== undefined);
  const byName = groupedBy(outermost, ({ name }) => name);
  return [...sums].sort(([, a], [, b]) => b.total - a.total).map(([name, sum]) => {
    const same = byName.get(name) ?? [];
    const time = same.reduce((all, span) => all + durationOf(span), 0) / same.length;
    // Weights are those of all spans that the recorded ones stand for.
    return { name, count: same.length, time, parts: sum.parts(time / sum.total) };
  });
}

interface DescribedStack {
  state: SpanState;
  frame: Frame | undefined;
}

/** The state of a stack, and the frame that says most on it. */
function describe(frames: readonly Frame[]): DescribedStack {
  const state = spanStateOf(frames);
  const innermost = frames.at(-1);
  // What ran meanwhile stands innermost; a frame without a function of the program says so.
  const frame = state === "ready" ? innermost : frames.findLast(isApp) ?? innermost;
  return { state, frame: frames.length > 1 ? frame : undefined };
}

/** The weights of spans of one name. */
class NameSum {
  total = 0;
  readonly #states = new Map<SpanState, Map<string, { frame: Frame; weight: number }>>();
  readonly #times = new Map<SpanState, number>();

  add({ state, frame }: DescribedStack, weight: number): void {
    this.total += weight;
    this.#times.set(state, (this.#times.get(state) ?? 0) + weight);
    if (frame === undefined) return;
    let details = this.#states.get(state);
    if (details === undefined) this.#states.set(state, details = new Map());
    // An await is told by its line, a function by its name.
    const key = JSON.stringify([frame.name, frame.file, frame.line, frame.module]);
    const detail = details.get(key);
    if (detail === undefined) details.set(key, { frame, weight });
    else detail.weight += weight;
  }

  parts(factor: number): SpanTimePart[] {
    return STATES.filter((state) => this.#times.has(state)).map((state) => ({
      state,
      time: factor * this.#times.get(state)!,
      details: [...this.#states.get(state)?.values() ?? []]
        .map(({ frame, weight }) => ({ frame, time: factor * weight }))
        .sort((a, b) => b.time - a.time),
    }));
  }
}
