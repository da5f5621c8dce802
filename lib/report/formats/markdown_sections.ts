import { activityOfFrame, type Frame, frameSymbol, isApp } from "../../recording/frame.ts";
import { type Recording, recordingTotal } from "../../recording/recording.ts";
import { ViewedStack } from "../../recording/viewed_stack.ts";
import { SPAN_TIME_EVENT } from "../../recording/span_time/span_time_event.ts";
import { WAIT_EVENT } from "../../recording/waits/wait_event.ts";
import { isOfRealTime } from "../../recording/thread_state.ts";
import { countShortcomings } from "../figures/advice.ts";
import { amountText, percentText } from "../figures/amounts.ts";
import { hottestColumns } from "../figures/hottest_columns.ts";
import {
  type Cell,
  codeExcerpt,
  codeText,
  markdownTable,
  oneLine,
  plainText,
} from "./markdown_text.ts";
import { type MeasureWords, measureWords } from "../figures/measure_words.ts";
import { heaviestNodes, programTree } from "../figures/program_tree.ts";
import {
  collectionShare,
  describeRuntimeShares,
  runtimeShares,
} from "../figures/runtime_shares.ts";
import { type LineShare, type Share, type Shares, sharesOf } from "../figures/shares.ts";
import { sourceLine } from "../figures/source_line.ts";

/** Nodes of the call tree below this share of all time are left out, in percent. */
const PERCENT_LIMIT = 0.5;

/** Functions of a line that are named; minifiers write all functions into one. */
const MOST_FUNCTIONS = 3;

/** The sections of a report, each a list of lines that ends with an empty one. */
export class MarkdownSections {
  readonly #recording: Recording;
  readonly #shares: Shares;
  readonly #words: MeasureWords;
  readonly #isTime: boolean;
  /** Rows of a table, at most. */
  readonly rows: number;
  /** The column with the most time of each line that is shown. */
  readonly #columns: ReadonlyMap<LineShare, number>;
  /** Sentences on rows that tables leave out. */
  readonly #left: string[] = [];

  /**
   * @param recording What was recorded.
   * @param maxLines Lines of all sections together, at most; the tree takes what others leave.
   */
  constructor(recording: Recording, maxLines: number) {
    this.#recording = recording;
    this.#words = measureWords(recording);
    this.#isTime = recording.unit !== "bytes";
    this.#shares = sharesOf(recording);
    // Six tables and lists have as many rows; headings and the summary take up to 60 lines.
    this.rows = Math.min(30, Math.floor((maxLines - 60) / 6));
    this.#columns = hottestColumns(recording, this.#shares.lines.slice(0, this.rows));
  }

  /** The shares of all time, the hottest function, and the hottest line. */
  summary(): string[] {
    const { total, app, functions: [fn], lines: [line] } = this.#shares;
    const rows: [string, number][] = [
      ["all threads", total],
      ["functions of the program and its packages, with the code that they call", app],
      ...[...weightsOutsideApp(this.#recording)].sort((a, b) => b[1] - a[1]),
    ];
    const facts = [
      fn === undefined || fn.self === 0
        ? "No function of the program was seen running."
        : `Hottest function: ${codeText(fn.name)} at ${codeText(placeOf(fn))}, ` +
          `${this.#shareText(fn.self)} self.`,
    ];
    if (line !== undefined && line.self > 0) {
      const text = this.#textOf(line);
      facts.push(
        `Hottest line: ${codeText(placeOf(line))}, ${this.#shareText(line.self)} self` +
          (text === undefined ? "" : `: ${codeText(text)}`),
      );
    }
    const shares = runtimeShares(this.#recording);
    const collection = collectionShare(shares);
    if (collection !== undefined) {
      facts.push(`Garbage collection: ${percentText(collection)} of all time, in all threads.`);
    }
    const runtime = describeRuntimeShares(shares);
    if (runtime !== "") facts.push(`The runtime itself, of all time: ${runtime}.`);
    return [
      ...this.#table("Summary", {
        heads: ["Part", "Share", oneLine(this.#unitName)],
        rows: rows.map(([part, weight]) => [part, ...this.#cells(weight)]),
      }),
      ...facts.map((fact) => `- ${fact}`),
      "",
    ];
  }

  /** The threads. */
  threads(): string[] {
    const sums = new Map<string, { weight: number; samples: number }>();
    for (const { thread, weight, samples } of this.#recording.stacks) {
      const sum = sums.get(thread) ?? { weight: 0, samples: 0 };
      sums.set(thread, { weight: sum.weight + weight, samples: sum.samples + samples });
    }
    const all = [...sums].sort(([, a], [, b]) => b.weight - a.weight);
    const shown = all.slice(0, Math.min(10, this.rows));
    this.#leave("threads", all.slice(shown.length).map(([, { weight }]) => weight));
    return this.#table("Threads", {
      heads: ["Share", oneLine(this.#unitName), "Samples", "Thread"],
      rows: shown.map(([name, { weight, samples }]) => [
        ...this.#cells(weight),
        { number: String(samples) },
        { code: name },
      ]),
    });
  }

  /** The functions with the most self time. */
  functions(): string[] {
    return this.#table(this.#isTime ? "Hot functions (self time)" : this.#words.functions, {
      heads: ["Self %", "Self", "Total %", "Total", "Function", "Location"],
      rows: this.#busiest("functions", this.#shares.functions).map((fn) => [
        ...this.#selfAndTotal(fn),
        { code: fn.name },
        { code: placeOf(fn) },
      ]),
    });
  }

  /** The lines with the most self time, with their text. */
  lines(): string[] {
    return this.#table(this.#isTime ? "Hot lines (self time)" : this.#words.lines, {
      heads: ["Self %", "Self", "Total %", "Total", "Location", "Function", "Text"],
      rows: this.#busiest("lines", this.#shares.lines).map((line) => [
        ...this.#selfAndTotal(line),
        { code: placeOf(line) },
        { code: functionsOn(line) },
        { code: this.#textOf(line) ?? "(no text)" },
      ]),
    });
  }

  /**
   * The heaviest calls of the program's functions.
   *
   * @param space Lines that the section may have.
   */
  tree(space: number): string[] {
    const isShown = (frame: Frame) => isApp(frame) || activityOfFrame(frame) !== undefined;
    const view = (frames: readonly Frame[]) => frames.filter(isShown);
    const stacks = this.#recording.stacks.map((stack) => new ViewedStack(stack, view));
    const least = PERCENT_LIMIT / 100 * this.#shares.total;
    const root = programTree(stacks, { least, isByThread: false });
    const { nodes, omitted } = heaviestNodes(root, space - 10);
    const row = (total: string, time: string, self: string, rest: string) =>
      `${total.padStart(8)} ${time.padStart(12)} ${self.padStart(8)}  ${rest}`;
    const lines = nodes.map(({ node: { frame, label, weight, self }, depth }) => {
      const name = frame === undefined
        ? label
        : frame.file === undefined
        ? frameSymbol(frame)
        : `${frame.name}  ${placeOf({ file: frame.file, line: frame.line })}`;
      const [share, time] = [this.#percent(weight), this.#amount(weight)];
      return row(share, time, this.#percent(self), "  ".repeat(depth) + oneLine(name));
    });
    return [
      `## Call tree (total ${this.#words.noun})`,
      "",
      "```text",
      row("total", oneLine(this.#unitName), "self", "function, location"),
      ...lines,
      "```",
      "",
      `Calls below ${PERCENT_LIMIT} % of all ${this.#words.noun} are left out` +
      (omitted > 0 ? `, and ${omitted} more that are lighter than those above.` : "."),
      "",
    ];
  }

  /**
   * Facts on what was cut off, lost and left out; the sections above must be made before.
   *
   * @param warnings Sentences on faults of the recording.
   */
  missing(warnings: readonly string[]): string[] {
    const { javascript, cut } = countShortcomings(this.#recording);
    const { samples } = recordingTotal(this.#recording);
    const { lostSamples, unreadLines = 0 } = this.#recording;
    const { app, lines } = this.#shares;
    const placed = lines.reduce((sum, { self }) => sum + self, 0);
    const facts = [
      `Lost samples: ${lostSamples} beside ${samples} that were recorded.`,
      `Stacks that are cut off: ${cut} of ${javascript} with JavaScript in them.`,
      ...this.#isTime
        ? [`Time of the program's functions without a line: ${this.#shareText(app - placed)}.`]
        : [],
      ...unreadLines > 0 ? [`Lines of perf script that were not understood: ${unreadLines}.`] : [],
      ...this.#left,
      ...warnings.slice(0, this.rows).map((warning) => `Warning: ${plainText(warning)}.`),
    ];
    return ["## Cut, lost, left out", "", ...facts.map((fact) => `- ${fact}`)];
  }

  /** The name of weights: processor time, real time, another time, memory, or the event. */
  get #unitName(): string {
    if (isOfRealTime(this.#recording)) return "Real time";
    const { unit, event } = this.#recording;
    if (event === SPAN_TIME_EVENT || event === WAIT_EVENT) return "Time";
    return unit === "nanoseconds" ? "CPU time" : unit === "bytes" ? "Memory" : event;
  }

  #percent(weight: number): string {
    return percentText(weight / (this.#shares.total || 1));
  }

  #amount(weight: number): string {
    return amountText(weight, this.#recording.unit);
  }

  /** `12.5 % (3.1 ms)`. */
  #shareText(weight: number): string {
    return `${this.#percent(weight)} (${this.#amount(weight)})`;
  }

  #cells(weight: number): [percent: Cell, amount: Cell] {
    return [{ number: this.#percent(weight) }, { number: this.#amount(weight) }];
  }

  #table(title: string, { heads, rows }: { heads: string[]; rows: Cell[][] }): string[] {
    const content = rows.length > 0 ? markdownTable(heads, rows) : ["None."];
    return [`## ${title}`, "", ...content, ""];
  }

  #busiest<Entry extends Share>(kind: string, entries: readonly Entry[]): Entry[] {
    const all = entries.filter(({ self }) => self > 0);
    this.#leave(kind, all.slice(this.rows).map(({ self }) => self));
    return all.slice(0, this.rows);
  }

  #leave(kind: string, weights: readonly number[]): void {
    if (weights.length === 0) return;
    const weight = weights.reduce((sum, one) => sum + one, 0);
    this.#left.push(`Left out: ${weights.length} more ${kind}, ${this.#shareText(weight)}.`);
  }

  #textOf(share: LineShare): string | undefined {
    const text = this.#recording.sources?.get(share.file);
    const line = text === undefined ? undefined : sourceLine(text, share.line);
    return line === undefined ? undefined : codeExcerpt(line, this.#columns.get(share));
  }

  #selfAndTotal({ self, total }: Share): Cell[] {
    return [...this.#cells(self), ...this.#cells(total)];
  }
}

/** Weight of stacks without a function of the program, by the code that ran. */
function weightsOutsideApp({ stacks }: Recording): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { frames, weight } of stacks) {
    if (frames.some((frame) => frame.file !== undefined && isApp(frame))) continue;
    const isCollection = frames.some((frame) => activityOfFrame(frame) === "garbage collection");
    const part = isCollection
      ? "garbage collection"
      : `other code: ${frames.at(-1)?.kind ?? "none"}`;
    weights.set(part, (weights.get(part) ?? 0) + weight);
  }
  return weights;
}

function placeOf({ file, line }: { file: string; line?: number }): string {
  return line === undefined ? file : `${file}:${line}`;
}

/** The functions of a line, the busiest first. */
function functionsOn({ functions }: LineShare): string {
  const names = [...functions].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const more = names.length - MOST_FUNCTIONS;
  return names.slice(0, MOST_FUNCTIONS).join(", ") + (more > 0 ? `, ${more} more` : "");
}
