import { busiestCallees, callTree, walkTree } from "./call_tree.ts";
import type { Recording } from "../recording/recording.ts";

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

/** Formats a count as perf does: 999, 12K, 3M. */
function inThousands(count: number): string {
  let [number, unit] = [count, ""];
  for (const next of ["K", "M", "G"]) {
    if (number < 1000) break;
    [number, unit] = [number / 1000, next];
  }
  return `${Math.floor(number)}${unit}`;
}
