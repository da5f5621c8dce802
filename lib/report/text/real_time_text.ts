import type { Recording } from "../../recording/recording.ts";
import { amountText } from "../figures/amounts.ts";
import type { PlaceNames } from "../figures/place_text.ts";
import { type RealTime, totalOf } from "../figures/real_time.ts";
import {
  blockerPlace,
  callName,
  loopSentence,
  threadSentences,
  turnText,
} from "../figures/real_time_words.ts";
import { printable, styled, type Terminal, trimmed, wrapped } from "./terminal.ts";
import { TimeRows } from "./time_rows.ts";

/** Places and turns that are shown. */
const MOST_BLOCKERS = 5;
const MOST_TURNS = 5;

/** A turn that is shorter says nothing, in nanoseconds. */
const LEAST_TURN = 5e6;

/** Options of the text on real time. */
export interface RealTimeTextOptions extends PlaceNames {
  terminal: Terminal;
}

/** The head of the text: each thread's real time by state, and the work of its event loop. */
export function* realTimeHead(
  time: RealTime,
  { terminal }: RealTimeTextOptions,
): Generator<string> {
  const loops = time.threads.flatMap(({ label, loop }) =>
    loop === undefined ? [] : [loopSentence(label, loop)]
  );
  for (const sentence of [...threadSentences(time), ...loops]) {
    for (const line of wrapped(printable(sentence), terminal.width)) yield `${line}\n`;
  }
}

/** The places that block event loops, and the longest turns. */
export function* realTimeSections(
  { start, threads, blockers }: RealTime,
  { stacks }: Pick<Recording, "stacks">,
  options: RealTimeTextOptions,
): Generator<string> {
  const { terminal } = options;
  const title = (text: string) => `\n${styled(trimmed(text, terminal.width), "bold", terminal)}\n`;
  const [thread] = threads;
  if (thread === undefined) return;
  const all = totalOf(thread.times);
  const unit = "nanoseconds";
  const rows = new TimeRows({ ...options, terminal, unit, program: all });
  if (blockers.length > 0) {
    yield title(`Blocks the event loop, share of ${amountText(all, unit)}`);
    for (const blocker of blockers.slice(0, MOST_BLOCKERS)) {
      const { call, weight, count, longest, frame } = blocker;
      const times = `${count === 1 ? "once" : `${count} times`}, ${
        amountText(longest, unit)
      } at most`;
      const text = `${frame.name}  ${blockerPlace(blocker, options)}  ${callName(call)}, ${times}`;
      yield rows.row(weight, [trimmed(printable(text), terminal.width - 19)]);
    }
  }
  const turns = thread.loop?.longest.filter(({ duration }) => duration >= LEAST_TURN) ?? [];
  if (turns.length === 0) return;
  yield title("Longest turns of the event loop, and their functions");
  for (const turn of turns.slice(0, MOST_TURNS)) {
    const at = `at ${((turn.start - start) / 1e9).toFixed(2)} s`;
    const text = `${at}: ${turnText(turn, stacks, options)}`;
    yield trimmed(
      `${amountText(turn.duration, unit).padStart(9)}  ${printable(text)}`,
      terminal.width,
    ) +
      "\n";
  }
}
