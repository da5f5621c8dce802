import process from "node:process";

import type { HeapFile, HeapKind } from "../../recording/heap/heap_file.ts";
import { host, processId } from "../../runtime/runtime.ts";
import type { HeapSession } from "./heap_session.ts";
import { HeapTally, type SampledHeap, type TalliedScript } from "./heap_tally.ts";

/** The most frames that V8 keeps of a stack (v8/src/inspector/v8-heap-profiler-agent-impl.cc). */
export const HEAP_STACK_DEPTH = 128;

/** URLs of the runtime's own scripts, whose functions keep V8's names. */
const RUNTIMES = /^(?:node|ext):/;

/** Options of {@linkcode HeapSampler}. */
export interface HeapSamplerOptions {
  kind: HeapKind;
  /** Mean bytes between two samples. */
  interval: number;
  /** The thread's name. */
  thread: string;
}

/** Has V8 sample the memory of this thread. */
export class HeapSampler {
  readonly #session: Pick<HeapSession, "call" | "collectGarbage">;
  readonly #options: HeapSamplerOptions;
  readonly #tally: HeapTally;
  readonly #texts = new Map<string, string>();
  readonly #start = Date.now();
  #isOn = false;

  /**
   * @param session Calls V8.
   * @param options What is sampled.
   */
  constructor(
    session: Pick<HeapSession, "call" | "collectGarbage">,
    options: HeapSamplerOptions,
  ) {
    this.#session = session;
    this.#options = options;
    this.#tally = new HeapTally(options.interval);
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
   * @param collects Whether garbage is collected before, so that only held objects count as live.
   */
  take({ collects }: { collects: boolean }): HeapFile {
    let tally = this.#tally;
    if (this.#isOn && this.#options.kind === "alloc") {
      // V8 keeps samples of collected objects until the end, so memory would grow for ever.
      this.#end();
      this.#begin();
    } else if (this.#isOn) {
      tally = tally.copy(this.#options.interval);
      if (collects) this.#session.collectGarbage();
      tally.add(this.#session.call<Answer>("HeapProfiler.getSamplingProfile").profile);
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
  }

  #end(): void {
    if (this.#options.kind === "live") this.#session.collectGarbage();
    this.#tally.add(this.#session.call<Answer>("HeapProfiler.stopSampling").profile);
  }

  #fileOf({ scripts, functions, nodes }: HeapTally): HeapFile {
    const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
    this.#readTexts(scripts);
    return {
      ...this.#options,
      pid: processId(),
      runtime: `${host.name} ${process.versions[host.name] ?? ""}`,
      v8: process.versions.v8,
      start: this.#start,
      end: Date.now(),
      memory: { rss, heapUsed, external, arrayBuffers },
      scripts: scripts.map(({ id, url }) => ({ url, text: this.#texts.get(id) })),
      functions,
      nodes,
    };
  }

  /** Reads the texts of scripts. V8 tells them only while the debugger is enabled. */
  #readTexts(scripts: readonly TalliedScript[]): void {
    const unknown = scripts.filter(({ id, url }) => !this.#texts.has(id) && !RUNTIMES.test(url));
    if (unknown.length === 0) return;
    this.#session.call("Debugger.enable");
    try {
      for (const { id } of unknown) this.#texts.set(id, this.#textOf(id));
    } finally {
      this.#session.call("Debugger.disable");
    }
  }

  #textOf(scriptId: string): string {
    try {
      const { scriptSource } = this.#session.call<{ scriptSource: string }>(
        "Debugger.getScriptSource",
        { scriptId },
      );
      return scriptSource;
    } catch {
      // The script has been collected.
      return "";
    }
  }
}

interface Answer {
  profile: SampledHeap;
}
