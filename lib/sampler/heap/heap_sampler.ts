import process from "node:process";

import type { HeapFile, HeapKind } from "../../recording/heap/heap_file.ts";
import { host, processId } from "../../runtime/runtime.ts";
import { CollectionCounter } from "../collection_counter.ts";
import type { HeapSession } from "./heap_session.ts";
import { HeapTally, type SampledHeap } from "./heap_tally.ts";
import { ScriptTexts } from "./script_texts.ts";

/** The most frames that V8 keeps of a stack (v8/src/inspector/v8-heap-profiler-agent-impl.cc). */
export const HEAP_STACK_DEPTH = 128;

/** Options of {@linkcode HeapSampler}. */
export interface HeapSamplerOptions {
  kind: HeapKind;
  /** Mean bytes between two samples. */
  interval: number;
  /** The thread's name. */
  thread: string;
  /** Deno's cache directory. @default {none} */
  denoCache?: string;
}

/** Has V8 sample the memory of this thread. */
export class HeapSampler {
  readonly #session: Pick<HeapSession, "call">;
  readonly #options: HeapSamplerOptions;
  readonly #tally: HeapTally;
  readonly #texts: ScriptTexts;
  readonly #collections = new CollectionCounter();
  readonly #start = Date.now();
  #isOn = false;

  /**
   * @param session Calls V8.
   * @param options What is sampled.
   */
  constructor(session: Pick<HeapSession, "call">, options: HeapSamplerOptions) {
    this.#session = session;
    this.#options = options;
    this.#tally = new HeapTally(options.interval);
    this.#texts = new ScriptTexts(session, options.denoCache ?? "");
  }

  /** Begins to sample, or ends it. */
  readonly switch = (on: boolean): void => {
    if (on === this.#isOn) return;
    this.#isOn = on;
    if (on) this.#begin();
    else this.#end();
  };

  /**
   * Returns the samples up to now. Sampling goes on.
   *
   * @param isExact Whether only held objects count as live, which can take a collection more.
   */
  take({ isExact }: { isExact: boolean }): HeapFile {
    let tally = this.#tally;
    if (this.#isOn && this.#options.kind === "alloc") {
      // V8 keeps samples of collected objects until the end, so memory would grow for ever.
      this.#end();
      this.#begin();
    } else if (this.#isOn) {
      tally = tally.copy(this.#options.interval);
      this.#collections.stop();
      if (isExact) this.#finishMarking();
      tally.add(this.#session.call<Answer>("HeapProfiler.getSamplingProfile").profile);
      this.#collections.start();
    }
    return this.#fileOf(tally);
  }

  #begin(): void {
    const { kind, interval } = this.#options;
    this.#session.call("HeapProfiler.startSampling", {
      samplingInterval: interval,
      includeObjectsCollectedByMajorGC: kind === "alloc",
      includeObjectsCollectedByMinorGC: kind === "alloc",
    });
    this.#collections.start();
  }

  #end(): void {
    // Those that V8 makes for the recording itself do not count.
    this.#collections.stop();
    if (this.#options.kind === "live") this.#finishMarking();
    this.#tally.add(this.#session.call<Answer>("HeapProfiler.stopSampling").profile);
  }

  /**
   * Has V8 collect garbage if it is marking objects step by step. V8 collects whenever it is asked
   * for samples (v8/src/profiler/sampling-heap-profiler.cc, `kSamplingForceGC`). While it is marking
   * it only ends that, and objects that were lost since they were marked stay; so only the next
   * collection leaves nothing but held objects.
   */
  #finishMarking(): void {
    if (!this.#collections.mayBeMarking) return;
    this.#session.call("HeapProfiler.getSamplingProfile");
  }

  #fileOf(tally: HeapTally): HeapFile {
    const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
    const { kind, interval, thread } = this.#options;
    return {
      kind,
      interval,
      thread,
      pid: processId(),
      runtime: `${host.name} ${process.versions[host.name] ?? ""}`,
      v8: process.versions.v8,
      start: this.#start,
      end: Date.now(),
      memory: { rss, heapUsed, external, arrayBuffers },
      collections: this.#collections.sums,
      scripts: this.#texts.of(tally),
      functions: tally.functions,
      nodes: tally.nodes,
    };
  }
}

interface Answer {
  profile: SampledHeap;
}
