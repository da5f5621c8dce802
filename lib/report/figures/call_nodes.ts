import { activityOfFrame, type Frame, isApp } from "../../recording/frame.ts";
import type { Stack } from "../../recording/recording.ts";
import { StackTrie } from "../../recording/stack_trie.ts";
import type { CallFrame, CallFrames } from "./call_frames.ts";
import { childFinder } from "./child_finder.ts";
import { framesBelowCut } from "./cut_off.ts";
import { Sums } from "./sums.ts";

/** A node of a `.cpuprofile` (`Profiler.ProfileNode` of the DevTools protocol). */
export interface ProfileNode {
  /** Counted from 1. */
  id: number;
  callFrame: CallFrame;
  /** Samples that ended in it. */
  hitCount: number;
  /** Numbers of the nodes below. */
  children?: number[];
  /** Samples by executed line, counted from 1. */
  positionTicks?: { line: number; ticks: number }[];
}

/** Numbers that say where a stack is in the tree, one after the other. */
const PLACE = {
  /** The node of the innermost frame, plus 1; 0 where the stack is not known yet. */
  leaf: 0,
  /** The node of the innermost function with an executed line. */
  ticked: 1,
  /** That line; 0 where there is none. */
  line: 2,
  length: 3,
} as const;

/** The tree of a thread's calls. A function is a node for each way in which it was called. */
export class CallNodes {
  readonly #frames: CallFrames;
  readonly #stacks: readonly Stack[];
  readonly #tree = new StackTrie();
  /** Nodes of functions, with the executed lines below. */
  readonly #lines = new StackTrie();
  readonly #places: Int32Array;
  /** Weights by node of the tree. */
  readonly #hits = new Sums();
  /** Weights by executed line. */
  readonly #ticks = new Sums();

  /**
   * @param frames Numbers the functions.
   * @param stacks The stacks that samples have.
   */
  constructor(frames: CallFrames, stacks: readonly Stack[]) {
    this.#frames = frames;
    this.#stacks = stacks;
    this.#places = new Int32Array(PLACE.length * stacks.length);
  }

  /**
   * Counts a sample.
   *
   * @param stack Index of its stack.
   * @param weight The amount that it stands for.
   * @returns The number of the node that it ended in.
   */
  count(stack: number, weight: number): number {
    const at = PLACE.length * stack;
    if (this.#places[at] === 0) this.#placeStack(at, this.#stacks[stack]!);
    const leaf = this.#places[at + PLACE.leaf]! - 1;
    this.#hits.add(leaf, weight);
    const line = this.#places[at + PLACE.line]!;
    if (line > 0) {
      // A node number of `#tree` is only a key in `#lines`, which has no such node of its own.
      this.#ticks.add(this.#lines.child(this.#places[at + PLACE.ticked]!, line), weight);
    }
    return leaf + 1;
  }

  /** Counts time in a function directly below the root. */
  countName(name: string, weight: number): number {
    const node = this.#tree.child(StackTrie.ROOT, this.#frames.idOfName(name));
    this.#hits.add(node, weight);
    return node + 1;
  }

  /**
   * All nodes, the root first.
   *
   * @param root The root's name.
   * @param perTick The weight of one tick.
   */
  *nodes(root: string, perTick: number): Generator<ProfileNode> {
    const { length } = this.#tree;
    const childrenOf = childFinder(this.#tree, length);
    const linesOf = childFinder(this.#lines, length);
    const rootFrame = this.#frames.at(this.#frames.idOfName(root));
    for (let node = 0; node < length; node++) {
      const children = childrenOf(node).map((child) => child + 1);
      const ticks = linesOf(node).map((line) => ({
        line: this.#lines.itemOf(line),
        ticks: Math.round(this.#ticks.at(line) / perTick),
      })).filter(({ ticks }) => ticks > 0);
      yield {
        id: node + 1,
        callFrame: node === 0 ? rootFrame : this.#frames.at(this.#tree.itemOf(node)),
        hitCount: Math.round(this.#hits.at(node) / perTick),
        // DevTools takes a root without children for a file of another form.
        children: node === 0 || children.length > 0 ? children : undefined,
        positionTicks: ticks.length > 0 ? ticks : undefined,
      };
    }
  }

  #placeStack(at: number, stack: Stack): void {
    let node: number = StackTrie.ROOT;
    let app: [node: number, frame: Frame] | undefined;
    let other: typeof app;
    for (const frame of framesBelowCut(stack)) {
      node = this.#tree.child(node, this.#frames.idOf(frame));
      // Readers know a garbage collection by its node, and so that has none below.
      if (activityOfFrame(frame) === "garbage collection") break;
      if (frame.file === undefined) continue;
      if (isApp(frame)) app = [node, frame];
      else other = [node, frame];
    }
    const [ticked, innermost] = app ?? other ?? [0, undefined];
    this.#places[at + PLACE.leaf] = node + 1;
    this.#places[at + PLACE.ticked] = ticked;
    this.#places[at + PLACE.line] = innermost?.position?.line ?? 0;
  }
}
