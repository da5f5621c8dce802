import type { Recording } from "../../recording/recording.ts";
import type { Cell } from "./markdown_text.ts";

/** Writes weights of a recording as shares of all, and as milliseconds or numbers of events. */
export class WeightText {
  /** The name of weights: processor time, or the event. */
  readonly name: string;
  readonly #isTime: boolean;
  readonly #total: number;

  /**
   * @param recording Says what weights are.
   * @param total All weight.
   */
  constructor({ unit, event }: Pick<Recording, "unit" | "event">, total: number) {
    this.#isTime = unit === "nanoseconds";
    this.name = this.#isTime ? "CPU time" : event;
    this.#total = total || 1;
  }

  /** `12.5 %`. */
  percent(weight: number): string {
    return `${(100 * weight / this.#total).toFixed(1)} %`;
  }

  /** `3.1 ms`, or the number of events. */
  amount(weight: number): string {
    return this.#isTime ? `${(weight / 1e6).toFixed(1)} ms` : String(weight);
  }

  /** `12.5 % (3.1 ms)`. */
  share(weight: number): string {
    return `${this.percent(weight)} (${this.amount(weight)})`;
  }

  /** Both as cells of a table. */
  cells(weight: number): [percent: Cell, amount: Cell] {
    return [{ number: this.percent(weight) }, { number: this.amount(weight) }];
  }
}
