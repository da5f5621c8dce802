/** The source of a function, with the time of each line beside it. */
import { measureWords } from "../../lib/report/figures/measure_words.ts";
import type { PageCause } from "../../lib/report/page/page_data.ts";
import { chooseFunction, make, placeholder } from "./elements.ts";
import { functionHead } from "./function_head.ts";
import { longPlace, nameOf } from "./functions.ts";
import { meanings, measureCell, rank } from "./measure.ts";
import type { Compared, View } from "./view.ts";
import { causeText, type LookAt } from "./why.ts";
import { ratio } from "./words.ts";

/** Draws the file of the function that is looked at, and scrolls to its hottest line. */
export function drawSource(place: HTMLElement, view: View, onChoose: LookAt): void {
  const { model, state } = view;
  const { fn } = state;
  if (fn === undefined) {
    place.replaceChildren(chooseFunction());
    return;
  }
  const file = model.fnFile[fn]! - 1;
  const head = functionHead(view, fn, onChoose);
  if (file < 0) {
    place.replaceChildren(
      head,
      placeholder("This code has no source: it is native, or V8's own."),
    );
    return;
  }
  const totals = view.linesFor(file);
  const ofLine = (what: "self" | "total", line: number) => {
    const id = view.lines.idOf(file, line);
    const of = (all: Float64Array | undefined) => id === undefined ? 0 : all?.[id] ?? 0;
    return { now: of(totals.now[what]), before: of(totals.before?.[what]) };
  };
  const target = state.line ?? hottestLine(view, fn) ?? model.fnLine[fn]!;
  const body = make("tbody");
  let targetRow: HTMLElement | undefined;
  const put = (row: SourceRow, isTarget: boolean) => {
    const element = rowElement(view, row);
    if (isTarget) {
      element.classList.add("target");
      element.setAttribute("aria-current", "true");
      targetRow = element;
    }
    body.append(element);
  };
  const longLines = new Set(model.sources.get(file)?.pieces?.map(({ line }) => line));
  let last = 0;
  for (const { line: first, text } of excerptsOf(view, file)) {
    if (last > 0 && first > last + 1) {
      body.append(make("tr", { className: "gap" }, make("td", { colSpan: 4 }, "⋯")));
    }
    text.split("\n").forEach((code, i) => {
      const line = last = first + i;
      const isLong = longLines.has(line);
      put({
        label: String(line),
        self: ofLine("self", line),
        total: ofLine("total", line),
        code: isLong ? "⋯ a long line; the functions on it that ran:" : code,
        isBegin: line === model.fnLine[fn],
      }, line === target && !isLong);
      for (const cause of model.causesAt(file, line)) body.append(causeRow(view, cause));
      if (!isLong) return;
      for (const place of placesOn(view, file, line)) {
        const isOwn = model.spotFn[view.places.spot[place]!] === fn;
        put(placeRow(view, place), isOwn && line === target);
      }
    });
  }
  const table = make(
    "table",
    { className: "source" },
    make(
      "caption",
      { className: "hidden" },
      `Lines of ${longPlace(model, fn)} with their ${measureWords(model.data).noun}`,
    ),
    columnHeads(view),
    body,
  );
  place.replaceChildren(head, table);
  if (!model.sources.has(file)) {
    head.append(
      make(
        "p",
        { className: "quiet" },
        "The text of this file is not in the report: it could not be found, or --no-source left it out.",
      ),
    );
  }
  if (targetRow !== undefined) {
    const { top, height } = targetRow.getBoundingClientRect();
    const frame = place.getBoundingClientRect();
    place.scrollTop += top - frame.top - (place.clientHeight - height) / 2;
  }
}

/** A row of the table. */
interface SourceRow {
  label: string;
  self: Compared<number>;
  total: Compared<number>;
  code: string;
  /** The function that the row is of, where a line has rows for several. */
  fn?: number;
  /** Whether the function begins here. */
  isBegin: boolean;
}

function rowElement(view: View, { label, self, total, code, fn, isBegin }: SourceRow): HTMLElement {
  const hasTime = total.now > 0 || (total.before ?? 0) > 0;
  const name = fn === undefined ? [] : [make("span", { className: "fn" }, nameOf(view.model, fn))];
  const row = make(
    "tr",
    { className: `${hasTime ? "ran" : ""}${isBegin ? " begin" : ""}` },
    make("th", { scope: "row", className: "line" }, label),
    hasTime ? measureCell(view, self) : make("td"),
    hasTime ? measureCell(view, total) : make("td"),
    make("td", { className: "code" }, ...name, code),
  );
  row.style.setProperty("--heat", `${Math.min(60, 120 * ratio(self.now, view.all.now))}%`);
  return row;
}

/** The row below a line that says why the line takes its time. */
function causeRow({ model }: View, cause: PageCause): HTMLElement {
  return make(
    "tr",
    { className: "why" },
    make("th", { className: "line" }),
    make("td", { colSpan: 3 }, causeText(model, cause)),
  );
}

/** The functions on a line that have time, from left to right. */
function placesOn({ places, placeTotals, model }: View, file: number, line: number): number[] {
  const { now, before } = placeTotals;
  const column = (place: number) => model.spotColumn[places.spot[place]!]!;
  return places.line.flatMap((at, place) => {
    const hasTime = now.total[place]! > 0 || (before?.total[place] ?? 0) > 0;
    return at === line && places.file[place] === file && hasTime ? [place] : [];
  }).sort((a, b) => column(a) - column(b));
}

/** A row for a function on a long line. */
function placeRow({ places, placeTotals: { now, before }, model }: View, place: number): SourceRow {
  const spot = places.spot[place]!;
  const column = model.spotColumn[spot]!;
  return {
    label: `:${column}`,
    self: { now: now.self[place]!, before: before?.self[place] },
    total: { now: now.total[place]!, before: before?.total[place] },
    code: model.textOf(places.file[place]!, places.line[place]!, column),
    fn: model.spotFn[spot]!,
    isBegin: false,
  };
}

/** The text; only the numbers of lines that ran where the report has none. */
function excerptsOf({ model, lines }: View, file: number): { line: number; text: string }[] {
  const source = model.sources.get(file);
  if (source !== undefined) return source.excerpts;
  return lines.line.filter((_, id) => lines.file[id] === file).sort((a, b) => a - b)
    .map((line) => ({ line, text: "" }));
}

/** The line of a function with the most self time. */
function hottestLine(view: View, fn: number): number | undefined {
  const { model, places, placeTotals: { now, before } } = view;
  let hottest: { line: number; self: number; total: number } | undefined;
  places.spot.forEach((spot, place) => {
    if (model.spotFn[spot] !== fn) return;
    const self = rank(view, { now: now.self[place]!, before: before?.self[place] });
    const total = rank(view, { now: now.total[place]!, before: before?.total[place] });
    const isHotter = hottest === undefined || self > hottest.self ||
      (self === hottest.self && total > hottest.total);
    if (isHotter) hottest = { line: places.line[place]!, self, total };
  });
  return hottest?.line;
}

function columnHeads(view: View): HTMLElement {
  const change = view.isComparison ? " ±" : "";
  const [self, total] = meanings(view);
  const head = (text: string, className = "number", title = "") =>
    make("th", { scope: "col", className, title }, text);
  return make(
    "thead",
    {},
    make(
      "tr",
      {},
      head("Line", "line"),
      head(`Self${change}`, "number", self),
      head(`Total${change}`, "number", total),
      head("Source", "code"),
    ),
  );
}
