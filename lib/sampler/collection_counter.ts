import type { GCProfiler } from "node:v8";
import process from "node:process";

import { addedCollections, type CollectionSum } from "../recording/collections.ts";
import { host } from "../runtime/runtime.ts";

/** V8 marks step by step, and tells the first step as if it were a collection. */
const FIRST_STEP = "IncrementalMarking";

/** The kind that ends with what was marked. */
const LAST_STEP = "MarkSweepCompact";

/**
 * Costs in a millisecond: Node tells microseconds (node/src/node_v8.cc, `GCProfiler::AfterGC`), Deno
 * nanoseconds (deno/ext/node/ops/v8.rs, `cost_ns`).
 */
const COST_OF_MILLISECOND = { deno: 1e6, node: 1e3 };

/** Counts V8's garbage collections in this thread, by the runtime's own profiler of them. */
export class CollectionCounter {
  readonly #Profiler: (new () => GCProfiler) | undefined;
  readonly #cost = COST_OF_MILLISECOND[host.name === "deno" ? "deno" : "node"];
  #profiler: GCProfiler | undefined;
  #sums: CollectionSum[] = [];
  #mayBeMarking = true;

  constructor() {
    const v8: Partial<typeof import("node:v8")> = process.getBuiltinModule("node:v8");
    this.#Profiler = v8.GCProfiler;
  }

  /** The collections while it was on; `undefined` where the runtime does not tell them. */
  get sums(): readonly CollectionSum[] | undefined {
    return this.#Profiler === undefined ? undefined : this.#sums;
  }

  /** Whether V8 may have been marking objects step by step when counting stopped. */
  get mayBeMarking(): boolean {
    return this.#mayBeMarking;
  }

  /** Begins to count. */
  start(): void {
    if (this.#Profiler === undefined) return;
    this.#profiler = new this.#Profiler();
    this.#profiler.start();
  }

  /** Stops counting, until the next start: the runtime keeps facts on each collection until then. */
  stop(): void {
    const seen = this.#profiler?.stop()?.statistics ?? [];
    this.#profiler = undefined;
    const counted = seen.filter(({ gcType }) => gcType !== FIRST_STEP)
      .map(({ gcType, cost }) => ({ kind: gcType, count: 1, milliseconds: cost / this.#cost }));
    const kinds = seen.map(({ gcType }) => gcType);
    const [first, last] = [kinds.lastIndexOf(FIRST_STEP), kinds.lastIndexOf(LAST_STEP)];
    if (first !== last) this.#mayBeMarking = first > last;
    this.#sums = addedCollections([this.#sums, counted]);
  }
}
