import { activityOfFrame, type Frame, frameSymbol, isApp } from "../recording/frame.ts";
import { type Recording, recordingTotal } from "../recording/recording.ts";
import { countShortcomings } from "./advice.ts";
import { functionTree, heaviestNodes } from "./function_tree.ts";
import { hottestColumns } from "./hottest_columns.ts";
import {
  type Cell,
  codeExcerpt,
  codeText,
  markdownTable,
  oneLine,
  plainText,
} from "./markdown_text.ts";
import { describeRuntimeShares, runtimeShares } from "./runtime_shares.ts";
import { type FunctionShare, type LineShare, type Shares, sharesOf } from "./shares.ts";

/** Lines of a report, at most. */
const MAX_LINES = 400;

/** Lines of the shortest report. */
export const LEAST_LINES = 80;

/** Nodes of the call tree below this share of all time are left out, in percent. */
const PERCENT_LIMIT = 0.5;

/** Options of {@linkcode formatMarkdown}. */
export interface MarkdownOptions {
  /** What was recorded, in short. */
  title: string;
  /** How, when and for how long, a few words each. */
  facts: readonly string[];
  /** What is wrong with it, and the mend. @default {[]} */
  warnings?: readonly string[];
  /** Lines of the report, at most; no fewer than {@linkcode LEAST_LINES}. @default {400} */
  maxLines?: number;
}

/**
 * A report in Markdown, for a terminal, a pull request, and programs that read: summary, hot functions,
 * hot lines with their text, call tree, and what is missing. A place is written `file:line`, and a row is
 * a line, so that `grep` finds both.
 *
 * @param recording What was recorded.
 * @param options What else it says.
 * @returns The report's text.
 */
export function formatMarkdown(
  recording: Recording,
  { title, facts, warnings = [], maxLines = MAX_LINES }: MarkdownOptions,
): string {
  const most = Math.max(LEAST_LINES, maxLines);
  const report = new MarkdownReport(recording, most);
  const head = [`# CPU profile: ${plainText(title)}`, "", plainText(facts.join(", ")), ""];
  const parts = [
    ...head,
    ...report.summary(),
    ...report.threads(),
    ...report.functions(),
    ...report.lines(),
  ];
  const missing = report.missing(warnings);
  const tree = report.tree(most - parts.length - missing.length);
  return [...parts, ...tree, ...missing].map((line) => `${line}\n`).join("");
}

/** The sections of a report, each a list of lines that ends with an empty one. */
class MarkdownReport {
  readonly #recording: Recording;
  readonly #shares: Shares;
  /** Rows of a table, at most. */
  readonly #rows: number;
  /** Sentences on rows that tables leave out. */
  readonly #left: string[] = [];

  constructor(recording: Recording, maxLines: number) {
    this.#recording = recording;
    this.#shares = sharesOf(recording);
    this.#rows = Math.min(30, Math.floor(maxLines / 13));
  }

  summary(): string[] {
    const { total, app, functions, lines } = this.#shares;
    const rest = new Map<string, number>();
    for (const { frames, weight } of this.#recording.stacks) {
      if (frames.some((frame) => frame.file !== undefined && isApp(frame))) continue;
      const innermost = frames.findLast((frame) => frame.name !== "") ?? frames.at(-1);
      const part = frames.some((frame) => activityOfFrame(frame) === "garbage collection")
        ? "garbage collection"
        : `other code: ${innermost?.kind === "typescript" ? "program" : innermost?.kind ?? "none"}`;
      rest.set(part, (rest.get(part) ?? 0) + weight);
    }
    const rows: [string, number][] = [
      ["all threads", total],
      ["functions of the program and its packages, with the code that they call", app],
      ...[...rest].sort((a, b) => b[1] - a[1]),
    ];
    const runtime = describeRuntimeShares(runtimeShares(this.#recording));
    const [fn, line] = [functions[0], lines[0]];
    return [
      "## Summary",
      "",
      ...markdownTable(
        ["Part", "Share", this.#unitName()],
        rows.map(([part, weight]) => [part, this.#percent(weight), this.#amount(weight)]),
      ),
      "",
      ...fn === undefined || fn.self === 0 ? ["- No function of the program was seen running."] : [
        `- Hottest function: ${codeText(fn.name)} at ${codeText(placeOf(fn))}, ` +
        `${this.#share(fn.self)} self.`,
      ],
      ...line === undefined || line.self === 0 ? [] : [
        `- Hottest line: ${codeText(placeOf(line))}, ${this.#share(line.self)} self` +
        `${this.#textOf(line) === undefined ? "" : `: ${codeText(this.#textOf(line)!)}`}`,
      ],
      ...runtime === "" ? [] : [`- The runtime itself, of all time: ${runtime}.`],
      "",
    ];
  }

  threads(): string[] {
    const weights = new Map<string, { weight: number; samples: number }>();
    for (const { thread, weight, samples } of this.#recording.stacks) {
      const sum = weights.get(thread) ?? { weight: 0, samples: 0 };
      weights.set(thread, { weight: sum.weight + weight, samples: sum.samples + samples });
    }
    const all = [...weights].sort(([, a], [, b]) => b.weight - a.weight);
    const shown = all.slice(0, Math.min(10, this.#rows));
    this.#leave("threads", all.slice(shown.length).map(([, { weight }]) => weight));
    const heads = ["Share", this.#unitName(), "Samples", "Thread"];
    const rows = shown.map(([name, { weight, samples }]): Cell[] => [
      this.#percent(weight),
      this.#amount(weight),
      { number: String(samples) },
      { code: name },
    ]);
    return ["## Threads", "", ...markdownTable(heads, rows), ""];
  }

  functions(): string[] {
    const all = this.#shares.functions.filter(({ self }) => self > 0);
    const shown = all.slice(0, this.#rows);
    this.#leave("functions", all.slice(shown.length).map(({ self }) => self));
    const rows = shown.map((fn): Cell[] => [
      ...this.#selfAndTotal(fn),
      { code: fn.name },
      { code: placeOf(fn) },
    ]);
    const heads = ["Self %", "Self", "Total %", "Total", "Function", "Location"];
    return this.#section("Hot functions (self time)", { heads, rows });
  }

  lines(): string[] {
    const all = this.#shares.lines.filter(({ self }) => self > 0);
    const shown = all.slice(0, this.#rows);
    this.#leave("lines", all.slice(shown.length).map(({ self }) => self));
    const columns = hottestColumns(this.#recording, shown);
    const rows = shown.map((line): Cell[] => [
      ...this.#selfAndTotal(line),
      { code: placeOf(line) },
      { code: [...line.functions.keys()].join(", ") },
      { code: this.#textOf(line, columns.get(line)) ?? "(no text)" },
    ]);
    const heads = ["Self %", "Self", "Total %", "Total", "Location", "Function", "Text"];
    return this.#section("Hot lines (self time)", { heads, rows });
  }

  /** @param space Lines that it may have. */
  tree(space: number): string[] {
    const { stacks } = this.#recording;
    const isShown = (frame: Frame) => isApp(frame) || activityOfFrame(frame) !== undefined;
    const root = functionTree(stacks, isShown);
    const minimum = PERCENT_LIMIT / 100 * root.total;
    const { shown, left } = heaviestNodes(root, { count: space - 10, minimum });
    const lines = shown.map(({ node, depth }) => {
      const { frame, total, self } = node;
      const numbers = [
        this.#percentText(total).padStart(8),
        this.#amountText(total).padStart(12),
        this.#percentText(self).padStart(8),
      ];
      const { name, file } = frame!;
      const place = file === undefined ? "" : `  ${placeOf({ file, line: frame!.line })}`;
      const label = file === undefined ? frameSymbol(frame!) : name;
      return oneLine(`${numbers.join(" ")}  ${"  ".repeat(depth)}${label}${place}`);
    });
    return [
      "## Call tree (total time)",
      "",
      "```text",
      `${"total".padStart(8)} ${this.#unitName().padStart(12)} ${
        "self".padStart(8)
      }  function, location`,
      ...lines,
      "```",
      "",
      `${left} calls below ${PERCENT_LIMIT} % of all time, or lighter than those, are left out.`,
      "",
    ];
  }

  missing(warnings: readonly string[]): string[] {
    const { javascript, cut } = countShortcomings(this.#recording);
    const { samples } = recordingTotal(this.#recording);
    const { lostSamples, unreadLines = 0 } = this.#recording;
    const { app, lines } = this.#shares;
    const placed = lines.reduce((sum, { self }) => sum + self, 0);
    const facts = [
      `Lost samples: ${lostSamples} beside ${samples} that were recorded.`,
      `Stacks that are cut off: ${cut} of ${javascript} with JavaScript in them.`,
      `Time of the program's functions without a line: ${this.#share(app - placed)}.`,
      ...unreadLines > 0 ? [`Lines of perf script that were not understood: ${unreadLines}.`] : [],
      ...this.#left,
      ...warnings.slice(0, this.#rows).map((warning) => `Warning: ${plainText(warning)}.`),
    ];
    return ["## Cut, lost, left out", "", ...facts.map((fact) => `- ${fact}`)];
  }

  #section(title: string, { heads, rows }: { heads: string[]; rows: Cell[][] }): string[] {
    const content = rows.length > 0 ? markdownTable(heads, rows) : ["None."];
    return [`## ${title}`, "", ...content, ""];
  }

  #leave(kind: string, weights: readonly number[]): void {
    if (weights.length === 0) return;
    const weight = weights.reduce((sum, one) => sum + one, 0);
    this.#left.push(`Left out: ${weights.length} more ${kind}, ${this.#share(weight)}.`);
  }

  #textOf({ file, line }: LineShare, column?: number): string | undefined {
    const text = this.#recording.sources?.get(file);
    const found = text === undefined ? undefined : lineOf(text, line);
    return found === undefined ? undefined : codeExcerpt(found, column);
  }

  #selfAndTotal({ self, total }: { self: number; total: number }): Cell[] {
    return [this.#percent(self), this.#amount(self), this.#percent(total), this.#amount(total)];
  }

  #share(weight: number): string {
    return `${this.#percentText(weight)} (${this.#amountText(weight)})`;
  }

  #percent(weight: number): Cell {
    return { number: this.#percentText(weight) };
  }

  #amount(weight: number): Cell {
    return { number: this.#amountText(weight) };
  }

  #percentText(weight: number): string {
    return `${(100 * weight / (this.#shares.total || 1)).toFixed(1)} %`;
  }

  #amountText(weight: number): string {
    return this.#recording.unit === "nanoseconds"
      ? `${(weight / 1e6).toFixed(1)} ms`
      : String(weight);
  }

  #unitName(): string {
    return this.#recording.unit === "nanoseconds" ? "CPU time" : oneLine(this.#recording.event);
  }
}

function placeOf({ file, line }: Pick<FunctionShare, "file" | "line">): string {
  return line === undefined ? file : `${file}:${line}`;
}

/** A line of a text, counted from 1; without splitting all of it. */
function lineOf(text: string, line: number): string | undefined {
  let start = 0;
  for (let i = 1; i < line; i++) {
    start = text.indexOf("\n", start) + 1;
    if (start === 0) return undefined;
  }
  const end = text.indexOf("\n", start);
  return text.slice(start, end < 0 ? undefined : end);
}
