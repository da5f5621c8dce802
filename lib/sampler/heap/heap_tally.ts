import type { HeapFunction, HeapNode } from "../../recording/heap/heap_file.ts";
import { ObjectCounts } from "../../recording/heap/object_counts.ts";

/** A function's place in the DevTools protocol (`Runtime.CallFrame`); lines count from 0. */
interface CallFrame {
  functionName: string;
  scriptId: string;
  url: string;
  lineNumber: number;
  columnNumber: number;
}

/** `HeapProfiler.SamplingHeapProfileNode` of the DevTools protocol. */
interface ProfileNode {
  callFrame: CallFrame;
  selfSize: number;
  id: number;
  children: ProfileNode[];
}

/** `HeapProfiler.SamplingHeapProfile` of the DevTools protocol. */
export interface SampledHeap {
  head: ProfileNode;
  samples: { size: number; nodeId: number }[];
}

/** A script that functions of a tally are of. */
export interface TalliedScript {
  /** V8's number of it. */
  id: string;
  url: string;
}

/** More functions than a program has, and a power of 2, so that keys of nodes are whole numbers. */
const MOST_FUNCTIONS = 2 ** 24;

/** Sums of sampled memory by call. */
export class HeapTally {
  readonly scripts: TalliedScript[] = [];
  readonly functions: HeapFunction[] = [];
  readonly nodes: HeapNode[] = [];
  readonly #counts: ObjectCounts;
  readonly #scriptIds = new Map<string, number>();
  readonly #functionIds = new Map<string, number>();
  readonly #nodeIds = new Map<number, number>();

  /** @param interval Mean bytes between two samples. */
  constructor(interval: number) {
    this.#counts = new ObjectCounts(interval);
  }

  /** Returns a tally that has the sums of this one. */
  copy(interval: number): HeapTally {
    const copy = new HeapTally(interval);
    copy.scripts.push(...this.scripts);
    copy.functions.push(...this.functions);
    for (const node of this.nodes) copy.nodes.push({ ...node });
    for (const [key, id] of this.#scriptIds) copy.#scriptIds.set(key, id);
    for (const [key, id] of this.#functionIds) copy.#functionIds.set(key, id);
    for (const [key, id] of this.#nodeIds) copy.#nodeIds.set(key, id);
    return copy;
  }

  /** Adds what V8 has sampled. */
  add({ head, samples }: SampledHeap): void {
    const byNode = new Map<number, number[]>();
    for (const { nodeId, size } of samples) {
      const sizes = byNode.get(nodeId);
      if (sizes === undefined) byNode.set(nodeId, [size]);
      else sizes.push(size);
    }
    // V8's root stands for no function.
    const waiting = head.children.map((node) => ({ node, parent: -1 }));
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { node, parent } = next;
      const sum = this.#nodeOf(parent, this.#functionOf(node.callFrame));
      const samples = byNode.get(node.id);
      if (samples !== undefined) {
        const total = this.nodes[sum]!;
        total.bytes += node.selfSize;
        total.objects += this.#counts.of({ bytes: node.selfSize, samples });
        total.samples += samples.length;
      }
      for (const child of node.children) waiting.push({ node: child, parent: sum });
    }
  }

  #nodeOf(parent: number, fn: number): number {
    const key = (parent + 1) * MOST_FUNCTIONS + fn;
    let id = this.#nodeIds.get(key);
    if (id === undefined) {
      id = this.nodes.push({ parent, fn, bytes: 0, objects: 0, samples: 0 }) - 1;
      this.#nodeIds.set(key, id);
    }
    return id;
  }

  #functionOf({ functionName, scriptId, url, lineNumber, columnNumber }: CallFrame): number {
    const script = this.#scriptOf(scriptId, url);
    const key = `${script} ${lineNumber} ${columnNumber} ${functionName}`;
    let id = this.#functionIds.get(key);
    if (id === undefined) {
      const fn = { name: functionName, script, line: lineNumber, column: columnNumber };
      this.#functionIds.set(key, id = this.functions.push(fn) - 1);
    }
    return id;
  }

  #scriptOf(id: string, url: string): number {
    if (id === "0") return -1;
    let index = this.#scriptIds.get(id);
    if (index === undefined) {
      this.#scriptIds.set(id, index = this.scripts.push({ id, url }) - 1);
    }
    return index;
  }
}
