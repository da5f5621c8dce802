import { activityOfFrame, type Frame, isApp } from "../recording/frame.ts";
import type { Stack } from "../recording/recording.ts";
import { StackTrie } from "../recording/stack_trie.ts";
import type { CallFrame, CallFrames } from "./call_frames.ts";
import { framesBelowCut } from "./cut_off.ts";

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

/** The place of a stack in the tree. */
interface StackPlace {
  /** The node of the innermost frame. */
  leaf: number;
  /** The node of the innermost function with an executed line, and that line; 0 where there is none. */
  ticked: number;
  line: number;
}

/** The tree of a thread's calls. A function is a node for each way in which it was called. */
export class CallNodes {
  readonly #frames: CallFrames;
  readonly #trie = new StackTrie();
  readonly #places = new Map<Stack, StackPlace>();
  /** Weights by node. */
  #hits = new Float64Array(1024);
  /** Weights by node and line. */
  readonly #ticks = new Map<number, Map<number, number>>();

  /** @param frames Numbers the functions. */
  constructor(frames: CallFrames) {
    this.#frames = frames;
  }

  /** Counts a sample, and returns the number of the node that it ended in. */
  count(stack: Stack, weight: number): number {
    let place = this.#places.get(stack);
    if (place === undefined) this.#places.set(stack, place = this.#placeOf(stack));
    const { leaf, ticked, line } = place;
    this.#hit(leaf, weight);
    if (line > 0) {
      let lines = this.#ticks.get(ticked);
      if (lines === undefined) this.#ticks.set(ticked, lines = new Map());
      lines.set(line, (lines.get(line) ?? 0) + weight);
    }
    return leaf + 1;
  }

  /** Counts time in a function directly below the root. */
  countName(name: string, weight: number): number {
    const node = this.#trie.child(StackTrie.ROOT, this.#frames.idOfName(name));
    this.#hit(node, weight);
    return node + 1;
  }

  /**
   * All nodes, the root first.
   *
   * @param root The root's name.
   * @param perSample The weight of one tick.
   */
  *nodes(root: string, perSample: number): Generator<ProfileNode> {
    const children = this.#children();
    const rootFrame = this.#frames.at(this.#frames.idOfName(root));
    for (let node = 0; node < this.#trie.length; node++) {
      const frame = node === 0 ? rootFrame : this.#frames.at(this.#trie.itemOf(node));
      const ticks = [...this.#ticks.get(node) ?? []]
        .map(([line, weight]) => ({ line, ticks: Math.round(weight / perSample) }))
        .filter(({ ticks }) => ticks > 0);
      yield {
        id: node + 1,
        callFrame: frame,
        hitCount: Math.round((this.#hits[node] ?? 0) / perSample),
        children: node === 0 ? children(0) ?? [] : children(node),
        positionTicks: ticks.length > 0 ? ticks : undefined,
      };
    }
  }

  #placeOf(stack: Stack): StackPlace {
    let node = StackTrie.ROOT;
    let app: [node: number, frame: Frame] | undefined;
    let other: typeof app;
    for (const frame of framesBelowCut(stack)) {
      node = this.#trie.child(node, this.#frames.idOf(frame));
      // Readers know a garbage collection by its node, and so that has none below.
      if (activityOfFrame(frame) === "garbage collection") break;
      if (frame.file === undefined) continue;
      if (isApp(frame)) app = [node, frame];
      else other = [node, frame];
    }
    const [ticked, innermost] = app ?? other ?? [0, undefined];
    return { leaf: node, ticked, line: innermost?.position?.line ?? 0 };
  }

  #hit(node: number, weight: number): void {
    if (node >= this.#hits.length) {
      const hits = this.#hits;
      this.#hits = new Float64Array(2 * Math.max(hits.length, this.#trie.length));
      this.#hits.set(hits);
    }
    this.#hits[node]! += weight;
  }

  /** Finds the children of a node. */
  #children(): (node: number) => number[] | undefined {
    const { length } = this.#trie;
    const first = new Int32Array(length);
    const next = new Int32Array(length);
    for (let node = length - 1; node > 0; node--) {
      const parent = this.#trie.parentOf(node);
      next[node] = first[parent]!;
      first[parent] = node;
    }
    return (node) => {
      const ids: number[] = [];
      for (let child = first[node]!; child !== 0; child = next[child]!) ids.push(child + 1);
      return ids.length > 0 ? ids : undefined;
    };
  }
}
