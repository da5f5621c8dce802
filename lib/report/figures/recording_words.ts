import { type Recording, recordingTotal } from "../../recording/recording.ts";

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
  const { samplerVersion, event, frequency, duration, start, lostSamples } = recording;
  const { samples } = recordingTotal(recording);
  return [
    samplerVersion,
    frequency === undefined ? event : `${event} at ${frequency} Hz`,
    `${(duration / 1000).toFixed(1)} s`,
    `${samples} samples${lostSamples > 0 ? `, ${lostSamples} lost` : ""}`,
    ...start === undefined ? [] : [new Date(start).toISOString().slice(0, 16).replace("T", " ")],
  ];
}
