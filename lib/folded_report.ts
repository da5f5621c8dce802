import type { StackCounts } from "./stack_size_advice.ts";
import { addStack, type CallNode, emptyTree, walkTree } from "./call_tree.ts";

/**
 * The options of `perf report` whose output {@linkcode redrawReport} reads:
 * perf's own report, one row a thread name, with every stack on a line.
 */
export const FOLDED_REPORT_ARGS: readonly string[] = [
  "--stdio",
  "--stdio-color=never",
  "-n",
  "-g",
  "folded,0,caller,function,count",
  "--no-children",
  "--sort",
  "comm",
  // Unwound stacks can be deeper than perf shows of its own accord, 127 frames.
  "--max-stack",
  "1024",
  "--no-inline",
];

/** A row: percent, samples, name. */
const ROW = /^ +([\d.]+)% +(\d+) +\S/;

/** A stack: how often, then its frames from the outermost in. */
const STACK = /^(\d+) (.*)$/;

interface Row {
  line: string;
  percent: number;
  samples: number;
  tree: CallNode;
}

/** A report, and how much stands in it. */
export interface RedrawnReport {
  /** Lines to print. */
  text: string;
  /** Samples in all rows; 0 where nothing was measured. */
  samples: number;
  /** What became of the stacks. */
  stacks: StackCounts;
}

/** Where threads start: it is in every whole stack, and only the entry point stands outside of it. */
const THREAD_START =
  /(?:^|;)(_start|_dl_start_user|__libc_start_(call_)?main|start_thread|thread_start|_*clone3?|ret_from_fork\w*)/;

/** In the head of perf's own report. */
const LOST = /^# Total Lost Samples: (\d+)/;

/**
 * Draws `perf report`'s call graphs anew. perf draws a branch for every address
 * that has no name, and in a runtime without symbols that is nearly all of them:
 * a report of megabytes. Here only frames with names stay, and equal branches are one.
 *
 * @param report The lines that `perf report` prints with {@linkcode FOLDED_REPORT_ARGS}.
 * @param percentLimit Frames and rows below this share of all samples are left out. @default {0.5}
 */
export async function redrawReport(
  report: Iterable<string> | AsyncIterable<string>,
  percentLimit = 0.5,
): Promise<RedrawnReport> {
  const lines: string[] = [];
  let total = 0;
  const stacks: StackCounts = { javascript: 0, cut: 0, lost: 0 };
  let row: Row | undefined;
  const finish = () => {
    if (row && row.percent >= percentLimit) {
      lines.push(row.line, ...drawTree(row, percentLimit), "");
    }
    row = undefined;
  };
  for await (const line of report) {
    const asRow = ROW.exec(line);
    const asStack = STACK.exec(line);
    if (asRow !== null) {
      finish();
      row = {
        line: line.trimEnd(),
        percent: Number(asRow[1]),
        samples: Number(asRow[2]),
        tree: emptyTree(),
      };
      total += row.samples;
    } else if (asStack !== null && row !== undefined) {
      const [count, stack] = [Number(asStack[1]), asStack[2]!];
      addStack(row.tree, stack.split(";"), count);
      if (/(^|;)js::/.test(stack)) {
        stacks.javascript += count;
        if (!THREAD_START.test(stack)) stacks.cut += count;
      }
    } else if (line.startsWith("#") && !/^# (\(Tip|To display)/.test(line)) {
      // A further event begins a table of its own.
      finish();
      stacks.lost = Math.max(stacks.lost, Number(LOST.exec(line)?.[1] ?? 0));
      if (line !== "#" || (lines.length > 0 && lines.at(-1) !== "#")) lines.push(line.trimEnd());
    }
  }
  finish();
  while (lines.at(-1) === "#" || lines.at(-1) === "") lines.pop();
  return { text: lines.join("\n"), samples: total, stacks };
}

function* drawTree({ percent, samples, tree }: Row, percentLimit: number): Generator<string> {
  const percentOf = (count: number) => count * percent / samples;
  for (const frame of walkTree(tree, percentLimit * samples / percent)) {
    const share = `${percentOf(frame.samples).toFixed(2)}%`.padStart(10);
    const indent = "  ".repeat(frame.depth + 1);
    yield `${share}  ${String(frame.samples).padStart(12)}  ${indent}${frame.name}`;
  }
}
