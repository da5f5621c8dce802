import { type Wait, type WaitFrame, WaitKind } from "./wait.ts";

/** The waits of one stack. */
export interface WaitSum {
  stack: readonly WaitFrame[];
  /** Nanoseconds that its leaf waits took, each counted for those that it stands for. */
  leaf: number;
  /** Nanoseconds of waits for other promises. */
  others: number;
  /** Nanoseconds of waits for other async functions of the program. */
  callee: number;
}

/** The rule by which the time of a stack's waits counts. */
export interface CountedStack {
  /** The part of its leaf waits that counts: less than 1 where others waited at the same time. */
  share: number;
  /** The part of its waits for other promises that no wait of theirs explains. */
  othersShare: number;
  /** Numbers of frames, from the outside in, below which waits were concurrent. */
  concurrentBelow: number[];
}

/** Adds up the waits of each stack; equal stacks are one object. */
export function waitSums(waits: readonly Wait[], end: number): Map<Wait["stack"], WaitSum> {
  const sums = new Map<Wait["stack"], WaitSum>();
  for (const wait of waits) {
    let sum = sums.get(wait.stack);
    if (sum === undefined) {
      sums.set(wait.stack, sum = { stack: wait.stack, leaf: 0, others: 0, callee: 0 });
    }
    const time = wait.count * ((wait.end ?? end) - wait.start);
    if (wait.kind === WaitKind.LEAF) sum.leaf += time;
    else if (wait.kind === WaitKind.OTHERS) sum.others += time;
    else sum.callee += time;
  }
  return sums;
}

/**
 * Decides how concurrent waits count. The branches of a `Promise.all` wait at the same time, so
 * together they get the time for which the function waited for them. Functions are told apart by
 * their path, not by their lines: a branch can be called at one line and awaited at another.
 */
export function countedStacks(sums: Iterable<WaitSum>): Map<Wait["stack"], CountedStack> {
  const all = [...sums];
  const counted = new Map(all.map(({ stack }) => [
    stack,
    { share: 1, othersShare: 1, concurrentBelow: [] as number[] },
  ]));
  const byPath = new Map<string, WaitingFunction>();
  for (const sum of all) {
    for (let depth = sum.stack.length; depth > 0; depth--) {
      const path = pathOf(sum.stack.slice(0, depth));
      let waiting = byPath.get(path);
      if (waiting === undefined) byPath.set(path, waiting = { depth, own: [], branches: [] });
      (depth === sum.stack.length ? waiting.own : waiting.branches).push(sum);
    }
  }
  // Inner ones first: their branches are then part of an outer branch.
  const byDepth = [...byPath.values()].sort((a, b) => b.depth - a.depth);
  for (const waiting of byDepth) divide(waiting, counted);
  return counted;
}

/** A function with a chain of async callers. */
interface WaitingFunction {
  /** The number of functions in the chain. */
  depth: number;
  /** Its own waits, by stack. */
  own: WaitSum[];
  /** The waits of functions that it called. */
  branches: WaitSum[];
}

/** Divides the time for which a function waited among those that it waited for. */
function divide(
  { depth, own, branches }: WaitingFunction,
  counted: ReadonlyMap<Wait["stack"], CountedStack>,
): void {
  const lineOf = ({ stack }: WaitSum) => stack[depth - 1]![2];
  const called = new Set(branches.map(lineOf));
  const awaited = new Set(own.filter(({ callee }) => callee > 0).map(lineOf));
  // One callee, awaited where it is called, explains that wait and no other.
  const rest = branches.filter((branch) => !awaited.has(lineOf(branch)));
  const others = own.reduce((sum, one) => sum + one.others, 0);
  const time = own.reduce((sum, one) => sum + (called.has(lineOf(one)) ? 0 : one.callee), others);
  const inRest = rest.reduce((sum, { stack, leaf, others }) => {
    const { share, othersShare } = counted.get(stack)!;
    return sum + share * leaf + othersShare * others;
  }, 0);
  // Functions that are called and never awaited are in the background.
  if (time === 0 || inRest === 0) return;
  for (const { stack } of own) {
    counted.get(stack)!.othersShare = Math.min(1, Math.max(0, (time - inRest) / others));
  }
  for (const { stack } of rest) {
    const branch = counted.get(stack)!;
    const share = Math.min(1, time / inRest);
    branch.share *= share;
    branch.othersShare *= share;
    if (share < LEAST_SHARE) branch.concurrentBelow.unshift(depth);
  }
}

/** The share from which on waits count as one after the other: they are measured a moment apart. */
const LEAST_SHARE = 0.97;

/** The functions of a stack, without their lines. */
function pathOf(stack: readonly WaitFrame[]): string {
  return JSON.stringify(stack.map(([name, file, , , start]) => [name, file, start]));
}
