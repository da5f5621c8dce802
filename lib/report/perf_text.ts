import { busiestCallees, callTree, walkTree } from "./call_tree.ts";
import type { Recording } from "../recording/recording.ts";

/** Frames and threads below this share of all samples are left out, in percent. */
const PERCENT_LIMIT = 0.5;

/**
 * The report as `perf report --stdio -n -g caller --sort comm` prints it, with one difference: perf
 * draws a branch for every address without a name, which makes megabytes of a runtime without
 * symbols; here equal branches are one.
 *
 * @param recording What was recorded, and {@linkcode foldFrames} has folded.
 * @param percentLimit Frames and threads below this share are left out. @default {0.5}
 */
export function formatPerfText(
  recording: Recording,
  percentLimit = PERCENT_LIMIT,
): string {
  const root = callTree(recording.stacks);
  const percent = (weight: number) =>
    `${(root.weight > 0 ? 100 * weight / root.weight : 0).toFixed(2)}%`
      .padStart(10);
  const row = (weight: number, samples: number, name: string) =>
    `${percent(weight)}  ${String(samples).padStart(12)}  ${name}`;
  const minimum = percentLimit / 100 * root.weight;
  const threads = busiestCallees(root).filter(({ weight }) => weight >= minimum);
  const tables = threads.map((thread) =>
    [
      row(thread.weight, thread.samples, thread.name),
      ...Array.from(walkTree(thread, minimum)).map(({ node, depth }) =>
        row(node.weight, node.samples, "  ".repeat(depth + 1) + node.name)
      ),
    ].join("\n")
  );
  const by = recording.sampler === "perf" ? "" : `, by the ${recording.samplerVersion}`;
  return `\
# Total Lost Samples: ${recording.lostSamples}
#
# Samples: ${inThousands(root.samples)} of event '${recording.event}'${by}
# Event count (approx.): ${root.weight}
#
# Overhead       Samples  Command
# ........  ............  ...............
#
${tables.join("\n\n")}
`;
}

/** As perf does: 999, 12K, 3M. */
function inThousands(count: number): string {
  let [number, unit] = [count, ""];
  for (const next of ["K", "M", "G"]) {
    if (number < 1000) break;
    [number, unit] = [number / 1000, next];
  }
  return `${Math.floor(number)}${unit}`;
}
