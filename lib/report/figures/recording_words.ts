import type { ProcessMemory } from "../../recording/process_memory.ts";
import { type Recording, recordingTotal } from "../../recording/recording.ts";
import { amountText, durationText } from "./amounts.ts";

/** The title of a recording: the script and its arguments. */
export function recordingTitle({ command, samplerVersion }: Recording): string {
  const script = command.findIndex((word, i) =>
    i > 0 && /\.[cm]?[jt]sx?$/.test(word) && !/^-/.test(word)
  );
  const [first, ...rest] = script < 0 ? command : command.slice(script);
  if (first === undefined) return `Recorded by ${samplerVersion}`;
  return [first.slice(first.lastIndexOf("/") + 1), ...rest].join(" ");
}

/** Facts on how a recording was made, a few words each. */
export function recordingFacts(recording: Recording): string[] {
  const { samplerVersion, frequency, duration, start, lostSamples, memory } = recording;
  const { samples } = recordingTotal(recording);
  return [
    samplerVersion,
    frequency === undefined ? eventText(recording) : `${recording.event} at ${frequency} Hz`,
    `${(duration / 1000).toFixed(1)} s`,
    `${samples} samples${lostSamples > 0 ? `, ${lostSamples} lost` : ""}`,
    ...memory === undefined ? [] : [memoryText(memory)],
    ...start === undefined ? [] : [new Date(start).toISOString().slice(0, 16).replace("T", " ")],
  ];
}

function eventText({ event, interval }: Recording): string {
  return interval === undefined ? event : `${event} each ${interval / 1024} KiB`;
}

function memoryText({ heapUsed, external, rss }: ProcessMemory): string {
  const [heap, outside, all] = [heapUsed, external, rss].map((size) => amountText(size, "bytes"));
  return `at the end ${heap} in V8's heap, ${outside} outside of it, ${all} resident`;
}

/** Names of V8's kinds of garbage collections, for one and for several. */
const COLLECTIONS: Readonly<Record<string, readonly [one: string, several: string]>> = {
  Scavenge: ["scavenge", "scavenges"],
  MinorMarkSweep: ["minor mark-sweep", "minor mark-sweeps"],
  MarkSweepCompact: ["mark-compact", "mark-compacts"],
};

/**
 * Facts on V8's garbage collections, by kind, as `garbage collection: 25 scavenges of 0.8 s`; none
 * where the recording does not have them.
 */
export function collectionFacts({ collections }: Pick<Recording, "collections">): string[] {
  if (collections === undefined) return [];
  if (collections.length === 0) return ["no garbage collection"];
  const texts = collections.map(({ kind, count, milliseconds }) => {
    const [one, several] = COLLECTIONS[kind] ?? [kind, kind];
    return `${count} ${count === 1 ? one : several} of ${durationText(milliseconds * 1e6)}`;
  });
  return [`garbage collection: ${texts.join(", ")}`];
}
