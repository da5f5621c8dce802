import { functionKey, type FunctionPlace } from "../../recording/code_history.ts";

/** A line of a function, with the time that a cause takes there. */
export interface LineWeight {
  fn: FunctionPlace;
  line?: number;
  column?: number;
  /** In the recording's unit. */
  weight: number;
  samples: number;
}

/** Adds up time by function and line. */
export class LineWeights {
  readonly #lines = new Map<string, LineWeight>();

  /** Adds time; the column is the one that was seen first. */
  add({ fn, line, column, weight, samples }: LineWeight): void {
    const key = `${functionKey(fn)}\0${line ?? ""}`;
    const known = this.#lines.get(key);
    if (known === undefined) {
      this.#lines.set(key, { fn, line, column, weight, samples });
    } else {
      known.weight += weight;
      known.samples += samples;
    }
  }

  /** From the most time to the least. */
  all(): LineWeight[] {
    return [...this.#lines.values()].sort((a, b) => b.weight - a.weight);
  }
}
