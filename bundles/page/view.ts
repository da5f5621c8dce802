/** Weights, trees and totals for a state: each is computed when it is first needed, and kept. */
import { buildCallTree, type CallTree } from "./call_tree.ts";
import { mergeCalls, type MergedCalls } from "./merged_calls.ts";
import { invertTree } from "./inverted_tree.ts";
import { KeptValues } from "./kept_values.ts";
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
import { finish, type Steps } from "./steps.ts";
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
  timesOfKinds,
  type Totals,
} from "./totals.ts";

/** Totals of the recording that is shown, and of the earlier one in a comparison. */
export interface Compared<Value> {
  now: Value;
  before: Value | undefined;
}

/** Values that views of one model share. */
interface Shared {
  lines: Lines;
  /** The lines of each function. */
  places: Lines;
  kept: KeptValues;
}

/**
 * Values for one state of the page. A value that takes long is computed by `prepare()` in steps; asked
 * for before, it is computed at once.
 */
export class View {
  readonly model: Model;
  readonly state: State;
  readonly #shared: Shared;

  constructor(model: Model, state: State, shared?: Shared) {
    this.model = model;
    this.state = state;
    this.#shared = shared ?? {
      lines: findLines(model),
      places: findLines(model, true),
      kept: new KeptValues(),
    };
  }

  /** A view of another state, which keeps its values in the same place. */
  at(state: State): View {
    return new View(this.model, state, this.#shared);
  }

  /** Computes what is drawn in this state. */
  *prepare(): Steps<void> {
    yield* this.#treeSteps();
    yield* this.#placeTotalSteps();
    yield* this.#collectionSteps();
    yield* this.#kindSteps();
    if (this.model.stepEnd !== undefined) yield* this.#seriesSteps();
    const { pane, fn } = this.state;
    if (pane === "functions") yield* this.#functionSteps();
    if (fn === undefined || (pane !== "source" && pane !== "calls")) return;
    yield* this.own[fn] === 1 ? this.#ownFunctionSteps() : this.#functionSteps();
    yield* this.#spotSteps();
    if (pane === "calls") yield* this.#callSteps(fn);
    else if (this.model.fnFile[fn]! > 0) yield* this.#lineSteps(this.model.fnFile[fn]! - 1);
  }

  get lines(): Lines {
    return this.#shared.lines;
  }

  /** The lines of each function. */
  get places(): Lines {
    return this.#shared.places;
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

  /** The key of what depends on the chosen samples and on hidden kinds. */
  get #key(): string {
    return `${this.#choiceKey}|${this.#hiddenKey}`;
  }

  get weights(): Compared<Weights> {
    return finish(this.#weightSteps());
  }

  #weightSteps(): Steps<Compared<Weights>> {
    const { model, choice } = this;
    return this.#steps("weights", this.#choiceKey, function* () {
      const now = yield* weigh(model, model.cells, choice);
      const before = model.cellsBefore &&
        (yield* weigh(model, model.cellsBefore, { ...choice, range: undefined }));
      return { now, before };
    });
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
  #mergedSteps(): Steps<MergedCalls> {
    const { showsTiers } = this.state;
    const key = [this.#hiddenKey, showsTiers].join("|");
    return this.#steps(
      "merged",
      key,
      () => mergeCalls(this.model, { holder: this.holder, splitsTiers: showsTiers }),
    );
  }

  get tree(): CallTree {
    return finish(this.#treeSteps());
  }

  *#treeSteps(): Steps<CallTree> {
    const { graph, showsTiers, showsBefore } = this.state;
    const { model, choice } = this;
    const key = [this.#key, showsTiers, showsBefore].join("|");
    const merged = yield* this.#mergedSteps();
    if (graph === "time") {
      return yield* this.#steps("time", key, () => buildTimeTree(model, choice, merged));
    }
    const { now, before } = yield* this.#weightSteps();
    const sides = showsBefore && before !== undefined
      ? { shown: before, other: now }
      : { shown: now, other: before };
    const left = yield* this.#steps("left", key, () => buildCallTree(merged, sides));
    return graph === "left" ? left : yield* this.#steps("inverted", key, () => invertTree(left));
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
    return finish(this.#functionSteps());
  }

  #functionSteps(): Steps<Compared<Totals>> {
    const key = [this.#key, this.state.showsAll].join("|");
    const { tableFunctions } = this;
    return this.#both(
      "functions",
      key,
      (weights) => functionTotals(this.model, weights, tableFunctions),
    );
  }

  /** Time of functions with the code that they call without a source; as the terminal counts it. */
  get ownFunctions(): Compared<Totals> {
    return finish(this.#ownFunctionSteps());
  }

  #ownFunctionSteps(): Steps<Compared<Totals>> {
    const { own } = this;
    return this.#both(
      "ownFunctions",
      this.#key,
      (weights) => functionTotals(this.model, weights, own),
    );
  }

  /** Time of lines; those of a file that is not the program's count for that file alone. */
  linesFor(file: number | undefined): Compared<Totals> {
    return finish(this.#lineSteps(file));
  }

  #lineSteps(file: number | undefined): Steps<Compared<Totals>> {
    const { model, lines, own } = this;
    const isForeign = file !== undefined &&
      !own.some((counts, fn) => counts === 1 && model.fnFile[fn] === file + 1);
    const key = [this.#key, isForeign ? file : ""].join("|");
    const counted = isForeign
      ? own.map((counts, fn) => Number(counts === 1 || model.fnFile[fn] === file + 1))
      : own;
    return this.#both("lines", key, (weights) => lineTotals(model, weights, { lines, counted }));
  }

  /** Time of the lines of each function. */
  get placeTotals(): Compared<Totals> {
    return finish(this.#placeTotalSteps());
  }

  #placeTotalSteps(): Steps<Compared<Totals>> {
    const options = { lines: this.places, counted: this.own };
    return this.#both("places", this.#key, (weights) => lineTotals(this.model, weights, options));
  }

  /** Time in garbage collection, in all threads that are chosen. */
  get collection(): number {
    return finish(this.#collectionSteps());
  }

  *#collectionSteps(): Steps<number> {
    const { model } = this;
    const { functions: { name }, modules } = model.data;
    const { now } = yield* this.#weightSteps();
    return yield* this.#steps(
      "collection",
      this.#choiceKey,
      () =>
        timeIn(
          model,
          now,
          (fn) =>
            activityOfFrame({ name: name[fn]!, module: modules[model.fnModule[fn]!]! }) ===
              "garbage collection",
        ),
    );
  }

  /** Time by the kind of the innermost function that is shown, in the order of the kinds. */
  get kinds(): Float64Array {
    return finish(this.#kindSteps());
  }

  *#kindSteps(): Steps<Float64Array> {
    const { model, holder } = this;
    const { now } = yield* this.#weightSteps();
    return yield* this.#steps("kinds", this.#key, () => timesOfKinds(model, now, holder));
  }

  /** Time of each spot itself. */
  get spots(): Float64Array {
    return finish(this.#spotSteps());
  }

  *#spotSteps(): Steps<Float64Array> {
    const { model, own } = this;
    const { now } = yield* this.#weightSteps();
    return yield* this.#steps("spots", this.#key, () => spotTimes(model, now, own));
  }

  calls(fn: number): Compared<{ callers: Calls; callees: Calls }> {
    return finish(this.#callSteps(fn));
  }

  #callSteps(fn: number): Steps<Compared<{ callers: Calls; callees: Calls }>> {
    const { model, holder } = this;
    return this.#both(
      "calls",
      [this.#key, fn].join("|"),
      (weights) => callsOf(model, weights, { fn, holder }),
    );
  }

  /** Time by kind and stretch of time. */
  get series(): Float64Array[] {
    return finish(this.#seriesSteps());
  }

  #seriesSteps(): Steps<Float64Array[]> {
    const { model, holder, choice: { hasThread } } = this;
    const key = [this.state.thread, this.#hiddenKey].join("|");
    return this.#steps(
      "series",
      key,
      () => timeByKind(model, holder, { hasThread, kinds: PAGE_KINDS.length }),
    );
  }

  *#both<Value>(
    name: string,
    key: string,
    compute: (weights: Weights) => Steps<Value>,
  ): Steps<Compared<Value>> {
    const { now, before } = yield* this.#weightSteps();
    return yield* this.#steps(name, key, function* () {
      return { now: yield* compute(now), before: before && (yield* compute(before)) };
    });
  }

  #once<Value>(name: string, key: string, compute: () => Value): Value {
    // deno-lint-ignore require-yield -- it is small
    return finish(this.#steps(name, key, function* () {
      return compute();
    }));
  }

  *#steps<Value>(name: string, key: string, compute: () => Steps<Value>): Steps<Value> {
    const { kept } = this.#shared;
    const known = kept.find<Value>(name, key);
    if (known !== undefined) return known.value;
    const value = yield* compute();
    kept.keep(name, key, value);
    return value;
  }
}
