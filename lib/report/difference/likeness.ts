import { isApp } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";

/** The source of the functions' names in a recording. */
export type NamingKind = "V8's log" | "trampolines" | "no names";

/** Tells the source of a recording's names: only V8's log knows the compilers of code. */
export function namingOf({ stacks }: Pick<Recording, "stacks">): NamingKind {
  let naming: NamingKind = "no names";
  for (const { frames } of stacks) {
    for (const frame of frames) {
      if (!isApp(frame)) continue;
      if (frame.tier !== undefined) return "V8's log";
      naming = "trampolines";
    }
  }
  return naming;
}

/** A fact in which two recordings differ, so that their amounts cannot be compared. */
export interface Unlikeness {
  /** The fact, such as `sampler`. */
  fact: "event" | "sampler" | "unit" | "names";
  before: string;
  after: string;
}

/**
 * Finds the facts in which two recordings must be alike, and are not.
 *
 * @param isSameEvent Tells whether two names are of one event.
 */
export function unlikenessOf(
  before: Recording,
  after: Recording,
  isSameEvent: (one: string, other: string) => boolean,
): Unlikeness[] {
  const found: Unlikeness[] = [];
  if (!isSameEvent(before.event, after.event)) {
    found.push({ fact: "event", before: before.event, after: after.event });
  }
  if (before.sampler !== after.sampler) {
    found.push({ fact: "sampler", before: before.sampler, after: after.sampler });
  }
  if (before.unit !== after.unit) {
    found.push({ fact: "unit", before: before.unit, after: after.unit });
  }
  const [one, other] = [namingOf(before), namingOf(after)];
  if (one !== other) found.push({ fact: "names", before: one, after: other });
  return found;
}
