import type { Recording } from "../../recording/recording.ts";
import { realTime } from "../figures/real_time.ts";
import {
  blockerPlace,
  callName,
  loopSentence,
  threadSentences,
  turnText,
} from "../figures/real_time_words.ts";
import { markdownTable, plainText } from "./markdown_text.ts";

/** Rows of each table. */
const MOST_ROWS = 10;

/** The sections of a recording of real time in Markdown: states, what blocks event loops, turns. */
export function realTimeMarkdown(
  recording: Pick<Recording, "stacks" | "samples" | "threads">,
): string[] {
  const time = realTime(recording);
  const loops = time.threads.flatMap(({ label, loop }) =>
    loop === undefined ? [] : [loopSentence(label, loop)]
  );
  const milliseconds = (nanoseconds: number) => ({ number: (nanoseconds / 1e6).toFixed(1) });
  const section = (title: string, heads: string[], rows: Parameters<typeof markdownTable>[1]) => [
    ...[`## ${title}`, ""],
    ...rows.length === 0 ? ["None."] : markdownTable(heads, rows),
    "",
  ];
  const turns = time.threads[0]?.loop?.longest ?? [];
  return [
    "## Real time",
    "",
    ...[...threadSentences(time), ...loops].map((sentence) => `- ${plainText(sentence)}.`),
    "",
    ...section(
      "Blocks the event loop",
      ["ms", "Times", "Longest, ms", "Function", "Location", "Waits in"],
      time.blockers.slice(0, MOST_ROWS).map((blocker) => [
        milliseconds(blocker.weight),
        { number: String(blocker.count) },
        milliseconds(blocker.longest),
        { code: blocker.frame.name },
        { code: blockerPlace(blocker) },
        callName(blocker.call),
      ]),
    ),
    ...section(
      "Longest turns of the event loop",
      ["ms", "At, s", "Functions"],
      turns.map((turn) => [
        milliseconds(turn.duration),
        { number: ((turn.start - time.start) / 1e9).toFixed(2) },
        turnText(turn, recording.stacks),
      ]),
    ),
  ];
}
