import { type Recording, recordingTotal } from "../../../recording/recording.ts";
import { amountText } from "../../../report/figures/amounts.ts";
import type { Ending } from "../../program/child.ts";

/** Signals at which a program cannot write what was sampled last. */
const KILLS: readonly string[] = ["SIGKILL", "SIGABRT", "SIGSEGV", "SIGBUS", "SIGILL", "SIGTRAP"];

/** The least memory outside of V8's heap that is worth a note, in bytes. */
const MUCH = 16e6;

/**
 * Says what a recording of memory lacks.
 *
 * @param recording The recording.
 * @param run The program's ending, and whether V8 inlined its functions.
 * @returns Sentences for the user.
 */
export function heapNotes(
  recording: Recording,
  { ending: { signal, isKilled }, inlines }: { ending: Ending; inlines: boolean },
): string[] {
  const notes: string[] = [];
  if (inlines) {
    notes.push(
      "note: objects of functions that V8 inlines count for the callers, --no-inlining tells them apart",
    );
  }
  const { start = 0, duration, memory } = recording;
  if (isKilled || (signal !== null && KILLS.includes(signal))) {
    const seconds = Math.max(0, Date.now() - start - duration) / 1000;
    notes.push(`warning: the program was killed, its last ${seconds.toFixed(1)} s are missing`);
  }
  const outside = memory?.external ?? 0;
  if (outside > MUCH && outside > 0.1 * recordingTotal(recording).weight) {
    notes.push(
      `note: ${
        amountText(outside, "bytes")
      } of ArrayBuffers and other memory outside of V8's heap ` +
        "are not in these figures: --native-memory shows who takes it",
    );
  }
  return notes;
}
