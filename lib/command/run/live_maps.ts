import * as fs from "node:fs";

import { LiveMap, type MapSource } from "./live_map.ts";

/** Milliseconds between two updates: while code is made, and where none has come for some time. */
const SHORTEST_PAUSE = 100;
const LONGEST_PAUSE = 800;

/** Options of {@linkcode LiveMaps}. */
export interface LiveMapsOptions {
  /** Told what keeps a map from being written, once for each process. */
  onProblem?: (error: Error) => void;
  /** The map of a process. @default {a LiveMap at perf's path} */
  open?: (pid: number) => LiveMap;
}

/** The perf maps of the processes of a program, kept current until it ends. */
export class LiveMaps {
  readonly #onProblem: (error: Error) => void;
  readonly #open: (pid: number) => LiveMap;
  readonly #processes = new Map<number, { map: LiveMap | undefined; sources: MapSource[] }>();
  #pause = SHORTEST_PAUSE;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param options Who hears of problems. */
  constructor(
    { onProblem = () => {}, open = (pid) => new LiveMap(pid) }: LiveMapsOptions = {},
  ) {
    this.#onProblem = onProblem;
    this.#open = open;
    this.#schedule();
  }

  /**
   * Names the code of one more isolate.
   *
   * @param pid Its process, by the number that perf knows it by.
   * @param source Where its code comes from.
   */
  follow(pid: number, source: MapSource): void {
    const known = this.#processes.get(pid);
    if (known !== undefined) {
      known.sources.push(source);
    } else {
      let map: LiveMap | undefined;
      try {
        map = this.#open(pid);
      } catch (error) {
        this.#onProblem(error as Error);
      }
      this.#processes.set(pid, { map, sources: [source] });
    }
    this.#pause = SHORTEST_PAUSE;
  }

  /** Brings all maps up to date. The maps of processes that have ended get their final form. */
  update(): void {
    for (const [pid, { map, sources }] of this.#processes) {
      // Asked first: what it wrote before it ended is read below.
      const isEnded = !fs.existsSync(`/proc/${pid}`);
      if (map !== undefined) this.#updateMap(map, sources);
      if (isEnded) {
        map?.finish();
        this.#processes.delete(pid);
      }
    }
  }

  /** Updates a last time, and stops. The maps of processes that still run stay as they are. */
  finish(): void {
    clearTimeout(this.#timer);
    this.update();
    for (const { map } of this.#processes.values()) map?.close();
    this.#processes.clear();
  }

  #updateMap(map: LiveMap, sources: readonly MapSource[]): void {
    try {
      for (const source of sources) {
        const added = [...source.takeChanges().added];
        if (added.length > 0) this.#pause = SHORTEST_PAUSE;
        map.add(added);
      }
    } catch (error) {
      this.#onProblem(error as Error);
      for (const entry of this.#processes.values()) {
        if (entry.map === map) entry.map = undefined;
      }
      map.close();
    }
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      const began = performance.now();
      this.#pause = Math.min(1.5 * this.#pause, LONGEST_PAUSE);
      this.update();
      // Reading a log that grows fast takes no more than a fifth of a core for long.
      this.#pause = Math.max(this.#pause, 4 * (performance.now() - began));
      this.#schedule();
    }, this.#pause);
  }
}
