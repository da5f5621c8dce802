import type { Recording, Stack } from "../../recording/recording.ts";
import { isApp } from "../../recording/frame.ts";
import { isOfRealTime, stateOfStack } from "../../recording/thread_state.ts";
import { amountText, percentText } from "./amounts.ts";
import type { EventLoop, Turn } from "./event_loop.ts";
import { type PlaceNames, placeText } from "./place_text.ts";
import { type Blocker, type RealTime, realTime, type StateTimes, totalOf } from "./real_time.ts";

/** The names of the states, in the order in which they are named. */
const STATE_NAMES: Readonly<Record<keyof StateTimes, string>> = {
  running: "running",
  runnable: "waiting for a core",
  blocking: "blocked in JavaScript",
  blocked: "blocked elsewhere",
  idle: "event loop idle",
};

const time = (nanoseconds: number) => amountText(nanoseconds, "nanoseconds");

/** Says the real time of each thread that runs JavaScript, and of the others: a sentence each. */
export function threadSentences({ threads, others }: RealTime): string[] {
  const sentences = threads.map(({ label, times }) => {
    const total = totalOf(times);
    const parts = (Object.keys(STATE_NAMES) as (keyof StateTimes)[])
      .filter((state) => times[state] > 0)
      .map((state) =>
        `${STATE_NAMES[state]} ${time(times[state])} (${percentText(times[state] / total)})`
      );
    return `thread ${label}, ${time(total)} of real time: ${parts.join(", ")}`;
  });
  const total = totalOf(others);
  if (total === 0) return sentences;
  const number = others.count === 1 ? "1 other thread" : `${others.count} other threads`;
  return [
    ...sentences,
    `${number} without JavaScript: running ${time(others.running)}, waiting for a core ` +
    `${time(others.runnable)}, otherwise waiting`,
  ];
}

/** Says how busy an event loop is. */
export function loopSentence(label: string, loop: EventLoop): string {
  const { utilisation, meanDelay, delay99, longest } = loop;
  const most = longest[0]?.duration ?? 0;
  return `event loop of ${label}: busy ${percentText(utilisation)}; an event ` +
    `waits ${time(meanDelay)} for it on average, 99 of 100 no more than ${time(delay99)}, ` +
    `${time(most)} at most`;
}

/** A place of the program: a function, and its line that runs. */
export function blockerPlace({ frame }: Blocker, names: PlaceNames = {}): string {
  const { file = "", line, position } = frame;
  return placeText({ file, line: position?.line ?? line }, names);
}

/** The name of what a place waits in. */
export function callName(call: string): string {
  return call === "" ? "the kernel" : call;
}

/** Functions of a turn that are named. */
const MOST_PARTS = 3;

/** The least share of a function in a turn. */
const LEAST_PART = 0.02;

/** Says what a turn was spent on: its heaviest functions, each with its line, and what blocks it. */
export function turnText(
  { stacks: weights, duration }: Turn,
  stacks: readonly Stack[],
  names: PlaceNames = {},
): string {
  const parts = new Map<string, number>();
  for (const [stack, weight] of weights) {
    const { frames } = stacks[stack]!;
    const state = stateOfStack(frames);
    const app = frames.findLast(isApp);
    const doing = state.kind === "blocked"
      ? ` blocked in ${callName(state.call)}`
      : state.kind === "runnable"
      ? " waiting for a core"
      : "";
    const place = app === undefined
      ? "the runtime"
      : `${app.name} ${
        placeText({ file: app.file ?? "", line: app.position?.line ?? app.line }, names)
      }`;
    parts.set(place + doing, (parts.get(place + doing) ?? 0) + weight);
  }
  return [...parts].sort(([, a], [, b]) => b - a)
    .filter(([, weight]) => weight >= LEAST_PART * duration).slice(0, MOST_PARTS)
    .map(([part, weight]) => `${time(weight)} ${part}`).join(", ");
}

/** Places that a page names in its head. */
const MOST_PLACES = 3;

/** Facts for the head of a page; none where the recording is not of real time. */
export function realTimeFacts(recording: Recording): string[] {
  if (!isOfRealTime(recording)) return [];
  const real = realTime(recording);
  return [
    ...threadSentences(real),
    ...real.threads.flatMap(({ label, loop }) =>
      loop === undefined ? [] : [loopSentence(label, loop)]
    ),
    ...real.blockers.slice(0, MOST_PLACES).map((blocker) =>
      `blocks the event loop: ${blocker.frame.name} ${blockerPlace(blocker)}, ` +
      `${time(blocker.weight)} in ${callName(blocker.call)}, ${time(blocker.longest)} at most`
    ),
    ...(real.threads[0]?.loop?.longest ?? []).slice(0, MOST_PLACES).map((turn) =>
      `turn of ${time(turn.duration)}: ${turnText(turn, recording.stacks)}`
    ),
  ];
}
