import { type Recording, recordingTotal } from "../../recording/recording.ts";
import { isReady } from "../../recording/waits/waiting_recording.ts";
import { amountText, percentText } from "../figures/amounts.ts";

/** Says how long awaits waited, and how long they waited for the thread only. */
export function waitingSentence(recording: Recording): string {
  const { weight } = recordingTotal(recording);
  const ready = recording.stacks.filter(({ frames }) => isReady(frames.at(-1)))
    .reduce((sum, { weight }) => sum + weight, 0);
  const { unit } = recording;
  return `all awaits together ${amountText(weight, unit)}, of it ` +
    `${amountText(ready, unit)} (${percentText(ready / weight)}) ready, ` +
    "while the thread ran other code; concurrent waits count once";
}
