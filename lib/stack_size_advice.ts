import { type CallGraph, MAX_STACK_DUMP_SIZE } from "./call_graph.ts";

/** What a report shows of stacks that were copied for unwinding. */
export interface StackCounts {
  /** Samples whose stack has JavaScript in it. */
  javascript: number;
  /** How many of them do not reach the start of their thread. */
  cut: number;
  /** Samples that perf or the kernel lost. */
  lost: number;
}

/** The share of stacks that may be cut without a word, in percent: some always are, at a thread's start. */
const USUAL = 2;

/**
 * What to change about the size of the copied stacks, given what came of it.
 *
 * @param callGraph How callers were found.
 * @param counts What came of it.
 * @returns Sentences; none where all is well.
 */
export function stackSizeAdvice(
  callGraph: CallGraph,
  { javascript, cut, lost }: StackCounts,
): string[] {
  const advice: string[] = [];
  if (callGraph.method !== "dwarf") {
    if (lost > 0) advice.push(`${lost} samples were lost, a lower -F or a larger -m keeps them`);
    return advice;
  }
  const { size } = callGraph;
  if (javascript > 0 && 100 * cut > USUAL * javascript) {
    const share = `${(100 * cut / javascript).toFixed(0)} % of the stacks are cut off`;
    advice.push(
      size < MAX_STACK_DUMP_SIZE
        ? `${share}: they are deeper than ${size} bytes, next try --call-graph dwarf,${
          nextSize(size)
        }`
        : `${share}: they are deeper than ${size} bytes, the most that perf copies`,
    );
  }
  if (lost > 0) {
    advice.push(
      `${lost} samples were lost: copying ${size} bytes each is too much, a lower -F, a larger -m or a smaller SIZE keeps them`,
    );
  }
  return advice;
}

/** Twice as much, as far as perf goes. */
export function nextSize(size: number): number {
  return Math.min(MAX_STACK_DUMP_SIZE, 2 * size);
}
