import { windowOf } from "../../push/profile_window.ts";
import { openPusher } from "../../push/pusher.ts";
import type { Recording } from "../../recording/recording.ts";
import type { PushWish } from "./push_wish.ts";

/** Milliseconds that the target has to take a recording. */
const LIMIT = 10_000;

/**
 * Sends the recordings of one run. A target that does not take them is a warning: the reports are there.
 *
 * @param wish The target.
 * @param recordings One for each event.
 * @param isQuiet Whether a success is not told.
 */
export async function pushRecordings(
  wish: PushWish,
  recordings: readonly Recording[],
  isQuiet: boolean,
): Promise<void> {
  const pusher = await openPusher({
    ...wish,
    onProblem: (message) => console.error(`warning: ${message}`),
  });
  for (const recording of recordings) pusher.push(windowOf(recording));
  await pusher.flush(LIMIT);
  if (pusher.lost === 0 && !isQuiet) console.error(`pushed: ${wish.target.name}`);
}
