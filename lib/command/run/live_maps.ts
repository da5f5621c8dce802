import * as fs from "node:fs";

import { LiveMap, type MapSource } from "./live_map.ts";

/**
 * Milliseconds between two updates: while V8 makes code, and when it has made none for some time.
 */
const SHORTEST_PAUSE = 100;
const LONGEST_PAUSE = 800;

/** Options of {@linkcode LiveMaps}. */
export interface LiveMapsOptions {
  /** Called once for each process whose map cannot be written, with the reason. */
  onProblem?: (error: Error) => void;
  /** Opens the map of a process. @default {a LiveMap at perf's path} */
  open?: (pid: number) => LiveMap;
}

/** The perf maps of the processes of a program, kept current until it ends. */
export class LiveMaps {
  readonly #onProblem: (error: Error) => void;
  readonly #open: (pid: number) => LiveMap;
  readonly #processes = new Map<number, { map: LiveMap | undefined; sources: MapSource[] }>();
  #pause = SHORTEST_PAUSE;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param options A listener for problems, and the way to open maps. */
  constructor(
    { onProblem = () => {}, open = (pid) => new LiveMap(pid) }: LiveMapsOptions = {},
  ) {
    this.#onProblem = onProblem;
    this.#open = open;
    this.#schedule();
  }

  /**
   * Adds an isolate whose code is to be named.
   *
   * @param pid The number of its process in perf's namespace.
   * @param source The source of its code.
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
      // This check comes before the reading, so that all is read that the process wrote at its end.
      const isEnded = !fs.existsSync(`/proc/${pid}`);
      if (map !== undefined) this.#updateMap(map, sources);
      if (isEnded) {
        map?.finish();
        this.#processes.delete(pid);
      }
    }
  }

  /** Updates a last time, and stops. The maps of processes that still run are not compacted. */
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
      // An update takes at most a fifth of the time: a log that grows fast must not cost a core.
      this.#pause = Math.max(this.#pause, 4 * (performance.now() - began));
      this.#schedule();
    }, this.#pause);
  }
}
