import { frameSymbol } from "../report/frame.ts";
import { type Recording, recordingTotal, type Stack } from "../report/recording.ts";

/**
 * A recording in the words of `perf report` with the options FOLDED_REPORT_ARGS, so that it is
 * drawn in the same way. What stands for a percentage and a count is the weight, in milliseconds.
 */
export function* reportLines(recording: Recording): Generator<string> {
  const total = recordingTotal(recording);
  yield `# Samples: ${total.samples} of event '${recording.event}', by the ${recording.samplerVersion}`;
  yield `# Processor time: ${(total.weight / 1e9).toFixed(2)} s; counts are milliseconds of it`;
  yield "#";
  yield "# Overhead  Milliseconds  Command";
  yield "# ........  ............  .......";
  yield "#";
  const threads = Object.entries(Object.groupBy(recording.stacks, ({ thread }) => thread))
    .map(([thread, stacks = []]) => ({ thread, stacks, weight: weightOf(stacks) }))
    .sort((a, b) => b.weight - a.weight);
  for (const { thread, stacks, weight } of threads) {
    const percent = (100 * weight / total.weight).toFixed(2).padStart(9);
    yield `${percent}%  ${milliseconds(weight).padStart(12)}  ${thread}`;
    for (const { frames, weight } of stacks) {
      yield `${milliseconds(weight)} ${
        frames.map((frame) => frame.name === "" ? "" : frameSymbol(frame)).join(";")
      }`;
    }
  }
}

function weightOf(stacks: readonly Stack[]): number {
  return stacks.reduce((sum, { weight }) => sum + weight, 0);
}

function milliseconds(nanoseconds: number): string {
  return String(Math.round(nanoseconds / 1e6));
}
