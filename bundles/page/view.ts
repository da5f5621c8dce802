/** Weights, trees and totals for the state: each is computed when it is first needed, and kept. */
import { buildCallTree, type CallTree } from "./call_tree.ts";
import { mergeCalls, type MergedCalls } from "./merged_calls.ts";
import { invertTree } from "./inverted_tree.ts";
import type { Model } from "./model.ts";
import {
  APP_KINDS,
  type Choice,
  type Counted,
  countedFunctions,
  holders,
  weigh,
  type Weights,
} from "./selection.ts";
import type { State } from "./state.ts";
import { buildTimeTree } from "./time_tree.ts";
import { activityOfFrame } from "../../lib/recording/frame.ts";
import { PAGE_KINDS } from "../../lib/report/page/page_data.ts";
import {
  type Calls,
  callsOf,
  findLines,
  functionTotals,
  type Lines,
  lineTotals,
  spotTimes,
  timeByKind,
  timeIn,
  type Totals,
} from "./totals.ts";

/** Totals of the recording that is shown, and of the earlier one in a comparison. */
export interface Compared<Value> {
  now: Value;
  before: Value | undefined;
}

/** Values for one state of the page. */
export class View {
  readonly model: Model;
  readonly state: State;
  readonly lines: Lines;
  /** The lines of each function. */
  readonly places: Lines;
  readonly #known = new Map<string, { key: string; value: unknown }>();

  constructor(model: Model, state: State) {
    this.model = model;
    this.state = state;
    this.lines = findLines(model);
    this.places = findLines(model, true);
  }

  get isComparison(): boolean {
    return this.model.cellsBefore !== undefined;
  }

  get choice(): Choice {
    const { thread, range } = this.state;
    const [, pid] = /^p(\d+)$/.exec(thread) ?? [];
    const hasThread = thread === ""
      ? () => true
      : pid !== undefined
      ? (index: number) => this.model.threads[index]!.pid === Number(pid)
      : (index: number) => index === Number(thread);
    return { hasThread, range };
  }

  get #choiceKey(): string {
    return `${this.state.thread} ${this.state.range?.join() ?? ""}`;
  }

  get #hiddenKey(): string {
    return [...this.state.hidden].sort().join();
  }

  get weights(): Compared<Weights> {
    const { model } = this;
    return this.#once("weights", this.#choiceKey, () => ({
      now: weigh(model, model.cells, this.choice),
      before: model.cellsBefore &&
        weigh(model, model.cellsBefore, { ...this.choice, range: undefined }),
    }));
  }

  /** All time that is chosen. */
  get all(): Compared<number> {
    const { now, before } = this.weights;
    return { now: now.total[0]!, before: before?.total[0] };
  }

  /** Functions of kinds that are not hidden. */
  get counted(): Counted {
    return this.#once(
      "counted",
      this.#hiddenKey,
      () => countedFunctions(this.model, this.state),
    );
  }

  /** Functions of the program and its packages, of kinds that are not hidden. */
  get own(): Counted {
    const { hidden } = this.state;
    return this.#once(
      "own",
      this.#hiddenKey,
      () => countedFunctions(this.model, { hidden, isOwn: true }),
    );
  }

  get holder(): Uint32Array {
    return this.#once("holder", this.#hiddenKey, () => holders(this.model, this.counted));
  }

  /** Calls with those of one function merged. */
  get merged(): MergedCalls {
    const { showsTiers } = this.state;
    const key = [this.#hiddenKey, showsTiers].join("|");
    return this.#once(
      "merged",
      key,
      () => mergeCalls(this.model, { holder: this.holder, splitsTiers: showsTiers }),
    );
  }

  get tree(): CallTree {
    const { graph, showsTiers, showsBefore } = this.state;
    const { model, merged } = this;
    const key = [this.#choiceKey, this.#hiddenKey, showsTiers, showsBefore].join("|");
    if (graph === "time") {
      return this.#once("time", key, () => buildTimeTree(model, this.choice, merged));
    }
    const { now, before } = this.weights;
    const left = this.#once("left", key, () =>
      buildCallTree(
        merged,
        showsBefore && before !== undefined
          ? { shown: before, other: now }
          : { shown: now, other: before },
      ));
    return graph === "left" ? left : this.#once("inverted", key, () => invertTree(left));
  }

  /** Functions of the table: the program's own, or all. */
  get tableFunctions(): Counted {
    return this.state.showsAll || !this.#hasOwn ? this.counted : this.own;
  }

  /** Whether the recording has functions of the program's or of its packages'. */
  get #hasOwn(): boolean {
    return this.#once(
      "has",
      "",
      () =>
        this.model.fnKind.some((kind, fn) =>
          APP_KINDS.has(PAGE_KINDS[kind]!) && this.model.fnFile[fn]! > 0
        ),
    );
  }

  get functions(): Compared<Totals> {
    const key = [this.#choiceKey, this.#hiddenKey, this.state.showsAll].join("|");
    return this.#once(
      "functions",
      key,
      () => this.#both((weights) => functionTotals(this.model, weights, this.tableFunctions)),
    );
  }

  /** Time of functions with the code that they call without a source; as the terminal counts it. */
  get ownFunctions(): Compared<Totals> {
    const key = [this.#choiceKey, this.#hiddenKey].join("|");
    return this.#once(
      "ownFunctions",
      key,
      () => this.#both((weights) => functionTotals(this.model, weights, this.own)),
    );
  }

  /** Time of lines; those of a file that is not the program's count for that file alone. */
  linesFor(file: number | undefined): Compared<Totals> {
    const { model, lines } = this;
    const isForeign = file !== undefined &&
      !this.own.some((counts, fn) => counts === 1 && model.fnFile[fn] === file + 1);
    const key = [this.#choiceKey, this.#hiddenKey, isForeign ? file : ""].join("|");
    return this.#once("lines", key, () => {
      const counted = isForeign
        ? this.own.map((counts, fn) => Number(counts === 1 || model.fnFile[fn] === file + 1))
        : this.own;
      return this.#both((weights) => lineTotals(model, weights, { lines, counted }));
    });
  }

  /** Time of the lines of each function. */
  get placeTotals(): Compared<Totals> {
    const key = [this.#choiceKey, this.#hiddenKey].join("|");
    const options = { lines: this.places, counted: this.own };
    return this.#once(
      "places",
      key,
      () => this.#both((weights) => lineTotals(this.model, weights, options)),
    );
  }

  /** Time in garbage collection, in all threads that are chosen. */
  get collection(): number {
    return this.#once(
      "collection",
      this.#choiceKey,
      () =>
        timeIn(this.model, this.weights.now, (fn) => {
          const { functions: { name }, modules } = this.model.data;
          const module = modules[this.model.fnModule[fn]!]!;
          return activityOfFrame({ name: name[fn]!, module }) === "garbage collection";
        }),
    );
  }

  get spots(): Float64Array {
    const key = [this.#choiceKey, this.#hiddenKey].join("|");
    return this.#once("spots", key, () => spotTimes(this.model, this.weights.now, this.own));
  }

  calls(fn: number): Compared<{ callers: Calls; callees: Calls }> {
    const key = [this.#choiceKey, this.#hiddenKey, fn].join("|");
    return this.#once(
      "calls",
      key,
      () => this.#both((weights) => callsOf(this.model, weights, { fn, holder: this.holder })),
    );
  }

  get series(): Float64Array[] {
    const key = [this.state.thread, this.#hiddenKey].join("|");
    return this.#once("series", key, () =>
      timeByKind(this.model, this.holder, {
        hasThread: this.choice.hasThread,
        kinds: PAGE_KINDS.length,
      }));
  }

  #both<Value>(compute: (weights: Weights) => Value): Compared<Value> {
    const { now, before } = this.weights;
    return { now: compute(now), before: before && compute(before) };
  }

  /** Keeps the last value of each name. */
  #once<Value>(name: string, key: string, compute: () => Value): Value {
    const known = this.#known.get(name);
    if (known !== undefined && known.key === key) return known.value as Value;
    const value = compute();
    this.#known.set(name, { key, value });
    return value;
  }
}
