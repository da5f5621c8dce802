import { type Recording, recordingTotal } from "../../recording/recording.ts";
import { amountText, durationText, percentText } from "../figures/amounts.ts";
import { excerptAt, type HotLine, hotLines } from "./hot_lines.ts";
import { foldFrames } from "../figures/fold_frames.ts";
import { SPAN_TIME_EVENT } from "../../recording/span_time/span_time_event.ts";
import { WAIT_EVENT } from "../../recording/waits/wait_event.ts";
import { measureWords } from "../figures/measure_words.ts";
import { type ShownIdle, withoutIdle } from "../figures/idle_time.ts";
import { isOfRealTime } from "../../recording/thread_state.ts";
import { perfTables } from "./perf_text.ts";
import { type RealTime, realTime } from "../figures/real_time.ts";
import { realTimeHead, realTimeSections } from "./real_time_text.ts";
import { type PlaceNames, placeText } from "../figures/place_text.ts";
import { heaviestNodes, programTree, type ShownNode } from "../figures/program_tree.ts";
import { isPackageFrame, type ProgramView, programView } from "../figures/program_view.ts";
import { collectionFacts, recordingFacts, recordingTitle } from "../figures/recording_words.ts";
import { collectionShare, runtimeShares } from "../figures/runtime_shares.ts";
import { type Shares, sharesOf } from "../figures/shares.ts";
import { spanRows } from "../figures/span_rows.ts";
import {
  columnsOf,
  padded,
  PLAIN,
  printable,
  styled,
  type Terminal,
  trimmed,
  trimmedStart,
  wrapped,
} from "./terminal.ts";
import { spanTimeText } from "./span_time_text.ts";
import { type TimePart, type TimeParts, timeParts } from "../figures/time_parts.ts";
import { waitingSentence } from "./waiting_sentence.ts";
import { NUMBERS, TimeRows } from "./time_rows.ts";

/** Options of {@linkcode formatText}. */
export interface TextOptions extends PlaceNames {
  /** Where it goes. @default {100 columns without colours} */
  terminal?: Terminal;
  /** The tree: of the program's own functions, or of all frames that have a name. @default {"own"} */
  tree?: TreeKind;
  /** Whether the tree of all frames has only functions of the program and its packages. @default {false} */
  appOnly?: boolean;
  /** The idle time that the tree of all frames shows, of real time. @default {"loop"} */
  idle?: ShownIdle;
}

/** The trees that the text can end with. */
export type TreeKind = "own" | "full";

/** Lines of a terminal's first screen, and of the empty lines and titles on it. */
const SCREEN = 24;
const TITLES = 4;

/** Functions and lines that are shown; the functions have what the screen leaves them. */
const MOST_FUNCTIONS = 12;
const LEAST_FUNCTIONS = 4;
const MOST_LINES = 10;

/** Names of spans that are shown. */
const MOST_SPANS = 8;

/** The least share of a line in the program's time. */
const LEAST_LINE = 0.001;

/** Nodes of the tree that are shown, and the least share of one in the program's time. */
const MOST_NODES = 40;
const LEAST_SHARE = 0.01;

/**
 * The report for a terminal. It begins with the answer: the functions that take the program's time,
 * then the hottest lines with their text, then the tree of the program's own functions.
 *
 * @param recording What was recorded, before {@linkcode foldFrames}.
 * @param options How and where it is shown.
 */
export function* formatText(recording: Recording, options: TextOptions = {}): Generator<string> {
  const { tree = "own", appOnly, idle = "loop" } = options;
  const folded = foldFrames(recording);
  const view = programView(folded);
  const shares = sharesOf(view);
  const text = new TextWriter(recording, { ...options, program: shares.app });
  const real = isOfRealTime(recording) ? realTime(recording) : undefined;
  const head = [...text.head(real ?? timeParts(folded))];
  yield* head;
  if (real !== undefined) yield* text.realTime(real);
  if (recording.event === SPAN_TIME_EVENT) {
    yield* text.spanTime();
    return;
  }
  if (shares.app === 0) yield text.line("No function of the program was seen.", "bold");
  else {
    const lines = hotLines(view.stacks, recording.sources, MOST_LINES)
      .filter(({ self }) => self >= LEAST_LINE * shares.app);
    const spans = [...text.spans()];
    const room = SCREEN - TITLES - head.length - lines.length - spans.length;
    const most = Math.min(MOST_FUNCTIONS, Math.max(LEAST_FUNCTIONS, room));
    yield* spans;
    yield* text.functions(view, { ...shares, functions: shares.functions.slice(0, most) });
    yield* text.lines(lines);
    if (tree === "own") yield* text.tree(view);
  }
  if (tree === "full") {
    yield text.line("");
    yield text.line("All frames that have a name, callers above what they call", "bold");
    yield text.line("");
    yield* perfTables(foldFrames(withoutIdle(recording, idle), { appOnly }));
  }
}

/** Writes the parts of the text. */
class TextWriter {
  readonly #recording: Recording;
  readonly #options: TextOptions;
  readonly #terminal: Terminal;
  /** The program's time, in the recording's unit. */
  readonly #program: number;
  readonly #rows: TimeRows;

  constructor(recording: Recording, options: TextOptions & { program: number }) {
    this.#recording = recording;
    this.#options = options;
    this.#terminal = options.terminal ?? PLAIN;
    this.#program = options.program;
    const { unit } = recording;
    this.#rows = new TimeRows({ ...options, terminal: this.#terminal, unit });
  }

  /** A line of its own, trimmed. */
  line(text: string, style?: "bold" | "dim"): string {
    return `${styled(trimmed(printable(text), this.#terminal.width), style, this.#terminal)}\n`;
  }

  *head(times: TimeParts | RealTime): Generator<string> {
    const { unit } = this.#recording;
    const facts = recordingFacts(this.#recording);
    yield this.line(`${recordingTitle(this.#recording)} (${facts.join(", ")})`, "dim");
    if ("blockers" in times) {
      yield* realTimeHead(times, { ...this.#options, terminal: this.#terminal });
      yield* this.#collections();
      return;
    }
    const sentence = this.#partsText(times);
    if (sentence === "") return;
    const inKernel = times.kernel === 0
      ? ""
      : `; ${percentText(times.kernel / times.total)} in the kernel` +
        (times.programsKernel === 0
          ? ""
          : `, ${amountText(times.programsKernel, unit)} of it for the program`);
    const text = `${sentence}${inKernel}${this.#collectionText(times)}`;
    for (const line of wrapped(text, this.#terminal.width)) {
      yield this.line(line);
    }
    yield* this.#collections();
  }

  *#collections(): Generator<string> {
    for (const fact of collectionFacts(this.#recording)) yield this.line(fact);
  }

  /** The share of garbage collection, where V8's own threads collect too. */
  #collectionText({ total, parts }: TimeParts): string {
    const share = collectionShare(runtimeShares(this.#recording));
    if (share === undefined) return "";
    const text = percentText(share);
    if (text === percentText(parts.collection / total)) return "";
    return `; ${text} in garbage collection, all threads together`;
  }

  realTime(time: RealTime): Iterable<string> {
    return realTimeSections(time, this.#recording, {
      ...this.#options,
      terminal: this.#terminal,
    });
  }

  spanTime(): Iterable<string> {
    return spanTimeText(this.#recording, { ...this.#options, terminal: this.#terminal });
  }

  #partsText({ total, parts }: TimeParts): string {
    const { unit } = this.#recording;
    if (this.#recording.event === SPAN_TIME_EVENT) return "";
    if (this.#recording.event === WAIT_EVENT) return waitingSentence(this.#recording);
    return (Object.keys(PART_NAMES) as TimePart[]).filter((part) => parts[part] > 0)
      .map((part) =>
        `${PART_NAMES[part]} ${amountText(parts[part], unit)} (${percentText(parts[part] / total)})`
      ).join(", ");
  }

  *functions(view: ProgramView, { functions, app }: Shares): Generator<string> {
    yield this.line("");
    const all = `the program's ${amountText(app, this.#recording.unit)}`;
    const { functions: heading } = measureWords(this.#recording);
    yield this.line(`${heading}, share of ${all}${sayPackages(view)}`, "bold");
    for (const fn of functions) {
      if (fn.self > 0) yield this.#rows.functionRow(fn);
    }
  }

  *spans(): Generator<string> {
    const rows = spanRows(this.#recording);
    if (rows.length === 0) return;
    yield this.line("");
    yield this.line(
      "Spans: share of all time; how often, and the median, 95 % and the longest of their times",
      "bold",
    );
    const { weight: program } = recordingTotal(this.#recording);
    const times = new TimeRows({
      ...this.#options,
      terminal: this.#terminal,
      unit: this.#recording.unit,
      program,
    });
    for (const { name, count, median, slow, longest, weight } of rows.slice(0, MOST_SPANS)) {
      const durations = [median, slow, longest].map((time) => durationText(time).padStart(8));
      yield times.row(weight, [
        `${String(count).padStart(6)}×`,
        ...durations,
        trimmed(printable(name), Math.max(10, this.#terminal.width - NUMBERS - 39)),
      ]);
    }
    const more = rows.length - MOST_SPANS;
    if (more > 0) yield this.line(`${" ".repeat(NUMBERS)}and ${more} more names of spans`, "dim");
  }

  *lines(lines: readonly HotLine[]): Generator<string> {
    if (lines.length === 0) return;
    yield this.line("");
    yield this.line(measureWords(this.#recording).lines, "bold");
    const most = Math.floor(0.4 * (this.#terminal.width - NUMBERS));
    const places = lines.map((line) =>
      trimmedStart(printable(placeText(line, this.#options)), most)
    );
    const column = Math.max(...places.map(columnsOf));
    const room = Math.max(1, this.#terminal.width - NUMBERS - 2 - column);
    for (const [i, line] of lines.entries()) {
      const place = styled(padded(places[i]!, column), "dim", this.#terminal);
      yield this.#rows.row(line.self, [place, trimmed(sourceExcerpt(line, room), room)]);
    }
  }

  *tree(view: ProgramView): Generator<string> {
    const tree = programTree(view.stacks, { least: LEAST_SHARE * this.#program });
    const { nodes, omitted } = heaviestNodes(tree, MOST_NODES);
    yield this.line("");
    yield this.line(
      measureWords(this.#recording).tree ?? "Calls, each with all that it calls",
      "bold",
    );
    for (const shown of nodes) yield this.#treeRow(shown);
    if (omitted > 0) {
      yield this.line(
        `${" ".repeat(NUMBERS)}and ${omitted} more of 1 % and above: --tree full, --format html`,
        "dim",
      );
    }
  }

  #treeRow({ node, depth }: ShownNode): string {
    const { width } = this.#terminal;
    // Deep trees keep half of the line for names.
    const indent = " ".repeat(Math.min(2 * depth, Math.floor((width - NUMBERS) / 2)));
    const room = width - NUMBERS - indent.length;
    const { frame, label, isRecursive, weight } = node;
    if (frame === undefined) {
      return this.#rows.row(weight, [indent + trimmed(printable(label), room)]);
    }
    const { name, file = "", line } = frame;
    const mark = isRecursive ? " (recursive)" : "";
    const place = isPackageFrame(frame) ? "" : printable(placeText({ file, line }, this.#options));
    return this.#rows.row(weight, [
      indent + this.#rows.withPlace(printable(name) + mark, place, room),
    ]);
  }
}

/** The parts of all time, in the order in which they are named. */
const PART_NAMES: Readonly<Record<TimePart, string>> = {
  program: "program",
  "start-up": "start-up",
  background: "V8's and other background threads",
  collection: "garbage collection",
  runtime: "runtime",
};

/** Says whether functions of packages are among the program's. */
function sayPackages({ showsPackages, ownShare, packages }: ProgramView): string {
  if (!showsPackages) return "";
  const [busiest = ""] = packages.keys();
  const others = packages.size > 1 ? ` and ${packages.size - 1} other packages` : "";
  return ` (${percentText(1 - ownShare)} is in ${busiest}${others})`;
}

/** The part of a line's text that says most: its start, or of a long line what is at the column. */
function sourceExcerpt({ text, column, functionName }: HotLine, room: number): string {
  if (text === undefined) return printable(functionName);
  if (column === undefined) return printable(text.trim());
  return excerptAt(text, column, room);
}
