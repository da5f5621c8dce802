import type { Stack } from "../../recording/recording.ts";
import { type Frame, frameSymbol } from "../../recording/frame.ts";
import { CUT_OFF_LABEL, isCutOff } from "./cut_off.ts";
import { isPackageFrame } from "./program_view.ts";

/** A function of the program and what it called. */
export interface ProgramNode {
  /** A frame of the function; `undefined` for a thread, for stacks that were cut off, for the root. */
  frame: Frame | undefined;
  /** The name of a thread or of cut stacks; empty where there is a frame. */
  label: string;
  /** Time in it and below, in the recording's unit. */
  weight: number;
  /** Time in it alone, in the recording's unit. */
  self: number;
  /** Whether it called itself, over others or directly. */
  isRecursive: boolean;
  /** Its callees that weigh enough, the heaviest first. */
  callees: ProgramNode[];
}

/** Options of {@linkcode programTree}. */
export interface ProgramTreeOptions {
  /** The least weight of a node, in the recording's unit. @default {0} */
  least?: number;
  /** Whether threads are told apart, where several have functions. @default {true} */
  isByThread?: boolean;
}

/**
 * The calls of a program's functions. Recursion is folded: where a function stands on the stack
 * already, its next call goes on from there.
 *
 * The tree is built from the root on, and goes no further where too little time is left: a tree of
 * all frames of 100 000 stacks would not fit into memory.
 *
 * @param stacks The stacks of a program view, or others with the frames that are shown.
 * @param options Threads and limits.
 */
export function programTree(
  stacks: readonly Stack[],
  { least = 0, isByThread = true }: ProgramTreeOptions = {},
): ProgramNode {
  const paths = new FoldedPaths(stacks, isByThread);
  const root = branch(paths, { stacks: paths.all, depth: 0, least });
  const tree = { frame: undefined, label: "", isRecursive: false, ...root };
  // One thread needs no name.
  return isByThread && paths.threadCount === 1 && tree.callees.length === 1
    ? tree.callees[0]!
    : tree;
}

/** The node that some stacks have in common at a depth; they are the same up to there. */
function branch(
  paths: FoldedPaths,
  { stacks, depth, least }: { stacks: readonly number[]; depth: number; least: number },
): Pick<ProgramNode, "weight" | "self" | "callees"> {
  let [weight, self] = [0, 0];
  const groups = new Map<number, { stacks: number[]; weight: number; isRecursive: boolean }>();
  for (const stack of stacks) {
    weight += paths.weightOf(stack);
    const item = paths.itemAt(stack, depth);
    if (item === undefined) {
      self += paths.weightOf(stack);
      continue;
    }
    let group = groups.get(item);
    if (group === undefined) {
      groups.set(item, group = { stacks: [], weight: 0, isRecursive: false });
    }
    group.stacks.push(stack);
    group.weight += paths.weightOf(stack);
    group.isRecursive ||= paths.isRecursiveAt(stack, depth);
  }
  const callees: ProgramNode[] = [];
  for (const [item, { stacks, weight, isRecursive }] of groups) {
    if (weight < least) continue;
    const below = branch(paths, { stacks, depth: depth + 1, least });
    callees.push({ ...paths.describe(item), isRecursive, ...below });
  }
  return { weight, self, callees: callees.sort((a, b) => b.weight - a.weight) };
}

/** The paths of all stacks with their recursion folded, as numbers in one array. */
class FoldedPaths {
  /** Indices of all stacks that have functions. */
  readonly all: number[] = [];
  readonly #weights: Float64Array;
  /** Where each stack's path starts in `#items`; it ends where the next starts. */
  readonly #starts: Uint32Array;
  /**
   * The items of all paths. An item is twice the number of a function, thread or label, plus 1 if a
   * function's recursion was folded into it.
   */
  #items = new Uint32Array(1024);
  #length = 0;
  readonly #described: Pick<ProgramNode, "frame" | "label">[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #byFrame = new Map<Frame, number>();
  readonly #threads = new Set<string>();

  constructor(stacks: readonly Stack[], isByThread: boolean) {
    this.#weights = new Float64Array(stacks.length);
    this.#starts = new Uint32Array(stacks.length + 1);
    for (const [i, { thread, frames, weight, isCut }] of stacks.entries()) {
      this.#starts[i] = this.#length;
      if (frames.length === 0) continue;
      this.all.push(i);
      this.#weights[i] = weight;
      this.#threads.add(thread);
      if (isByThread) {
        this.#push(this.#numberOf(`thread ${thread}`, { frame: undefined, label: thread }));
      }
      if (isCutOff({ frames, isCut })) {
        this.#push(this.#numberOf("", { frame: undefined, label: CUT_OFF_LABEL }));
      }
      this.#pushFrames(frames);
    }
    this.#starts[stacks.length] = this.#length;
  }

  get threadCount(): number {
    return this.#threads.size;
  }

  weightOf(stack: number): number {
    return this.#weights[stack]!;
  }

  /** The number of what stands on a stack at a depth; `undefined` below its end. */
  itemAt(stack: number, depth: number): number | undefined {
    const at = this.#starts[stack]! + depth;
    return at < this.#starts[stack + 1]! ? this.#items[at]! >> 1 : undefined;
  }

  isRecursiveAt(stack: number, depth: number): boolean {
    return (this.#items[this.#starts[stack]! + depth]! & 1) === 1;
  }

  describe(item: number): Pick<ProgramNode, "frame" | "label"> {
    return this.#described[item]!;
  }

  #pushFrames(frames: readonly Frame[]): void {
    const start = this.#length;
    const places = new Map<number, number>();
    for (const frame of frames) {
      const number = this.#numberOfFrame(frame);
      if (isPackageFrame(frame)) {
        // A package that calls the program, and is called by it, has not called itself.
        if (this.#length === start || this.#items[this.#length - 1]! >> 1 !== number) {
          this.#push(number);
        }
        continue;
      }
      const place = places.get(number);
      if (place === undefined) {
        places.set(number, this.#length);
        this.#push(number);
        continue;
      }
      for (let at = place + 1; at < this.#length; at++) places.delete(this.#items[at]! >> 1);
      this.#length = place + 1;
      this.#items[place]! |= 1;
    }
  }

  #push(number: number): void {
    if (this.#length === this.#items.length) {
      const items = this.#items;
      this.#items = new Uint32Array(2 * items.length);
      this.#items.set(items);
    }
    this.#items[this.#length++] = 2 * number;
  }

  #numberOfFrame(frame: Frame): number {
    let number = this.#byFrame.get(frame);
    if (number === undefined) {
      number = this.#numberOf(frameSymbol(frame), { frame, label: "" });
      this.#byFrame.set(frame, number);
    }
    return number;
  }

  #numberOf(key: string, described: Pick<ProgramNode, "frame" | "label">): number {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      this.#numbers.set(key, number = this.#described.push(described) - 1);
    }
    return number;
  }
}

/** A node with its depth below the root. */
export interface ShownNode {
  node: ProgramNode;
  depth: number;
}

/**
 * The heaviest nodes of a tree, each below its caller.
 *
 * @param root The tree.
 * @param most The most nodes.
 * @returns The nodes in the order in which they are shown, and how many are left out.
 */
export function heaviestNodes(
  root: ProgramNode,
  most: number,
): { nodes: ShownNode[]; omitted: number } {
  const all: ProgramNode[] = [];
  const pending = [root];
  for (let node; (node = pending.pop()) !== undefined;) {
    all.push(...node.callees);
    pending.push(...node.callees);
  }
  // A caller is found before its callees, and sorting keeps the order of equals, so each has its caller.
  const chosen = new Set(all.sort((a, b) => b.weight - a.weight).slice(0, Math.max(0, most)));
  const nodes: ShownNode[] = [];
  const visit = (node: ProgramNode, depth: number) => {
    for (const callee of node.callees) {
      if (!chosen.has(callee)) continue;
      nodes.push({ node: callee, depth });
      visit(callee, depth + 1);
    }
  };
  visit(root, 0);
  return { nodes, omitted: all.length - nodes.length };
}
