import { busiestCallees, callTree, walkTree } from "../figures/call_tree.ts";
import { type Recording, recordingTotal } from "../../recording/recording.ts";

/** The default of `percentLimit`. */
const PERCENT_LIMIT = 0.5;

/**
 * Formats a report as `perf report --stdio -n -g caller --sort comm` prints it, with one
 * difference: equal branches are one. perf draws a branch for each address without a name, which
 * makes megabytes of a runtime without symbols.
 *
 * @param recording The recording, folded by {@linkcode foldFrames}.
 * @param percentLimit Threads and frames with a smaller share of all weight are left out, in
 * percent.
 * @default {0.5}
 */
export function formatPerfText(
  recording: Recording,
  percentLimit = PERCENT_LIMIT,
): string {
  const { samples, weight } = recordingTotal(recording);
  const tables = [...perfTables(recording, percentLimit)].join("");
  const by = recording.sampler === "perf" ? "" : `, by the ${recording.samplerVersion}`;
  return `\
# Total Lost Samples: ${recording.lostSamples}
#
# Samples: ${inThousands(samples)} of event '${recording.event}'${by}
# Event count (approx.): ${weight}
#
# Overhead       Samples  Command
# ........  ............  ...............
#
${tables || "\n"}`;
}

/**
 * The tables of that report: a row for each thread, and below it one for each frame, indented.
 *
 * @param recording What was recorded, and {@linkcode foldFrames} has folded.
 * @param percentLimit Frames and threads below this share are left out. @default {0.5}
 */
export function* perfTables(
  { stacks }: Pick<Recording, "stacks">,
  percentLimit = PERCENT_LIMIT,
): Generator<string> {
  const root = callTree(stacks);
  const percent = (weight: number) =>
    `${(root.weight > 0 ? 100 * weight / root.weight : 0).toFixed(2)}%`.padStart(10);
  const row = (weight: number, samples: number, name: string) =>
    `${percent(weight)}  ${String(samples).padStart(12)}  ${name}\n`;
  const minimum = percentLimit / 100 * root.weight;
  let separator = "";
  for (const thread of busiestCallees(root)) {
    if (thread.weight < minimum) break;
    yield separator + row(thread.weight, thread.samples, thread.name);
    separator = "\n";
    for (const { node, depth } of walkTree(thread, minimum)) {
      yield row(node.weight, node.samples, "  ".repeat(depth + 1) + node.name);
    }
  }
}

/** Formats a count as perf does: 999, 12K, 3M. */
function inThousands(count: number): string {
  let [number, unit] = [count, ""];
  for (const next of ["K", "M", "G"]) {
    if (number < 1000) break;
    [number, unit] = [number / 1000, next];
  }
  return `${Math.floor(number)}${unit}`;
}
