/** The table of functions. */
import { measureWords } from "../../lib/report/figures/measure_words.ts";
import { PAGE_KINDS } from "../../lib/report/page/page_data.ts";
import { link, make, swatch } from "./elements.ts";
import { fileOf, longPlace, nameOf, searchText, shortPlace } from "./functions.ts";
import { differenceText, measureCell, rank } from "./measure.ts";
import type { Matcher } from "./search.ts";
import { SORTS, type State } from "./state.ts";
import { type LookAt, rowMark } from "./why.ts";
import type { Compared, View } from "./view.ts";
import { amount } from "./words.ts";

/** Rows that are drawn until all are asked for. */
const FIRST_ROWS = 200;

/** A function of the table. */
interface FunctionRow {
  fn: number;
  self: Compared<number>;
  total: Compared<number>;
}

/** Events of the table. */
export interface TableEvents {
  matcher: Matcher | undefined;
  onChoose: LookAt;
  onSort: (sort: State["sort"]) => void;
}

/** Draws the table. */
export function drawFunctions(place: HTMLElement, view: View, events: TableEvents): void {
  const { state } = view;
  const rows = functionRows(view, events.matcher);
  const change = view.isComparison ? " ±" : "";
  const labels = {
    self: `Self${change}`,
    total: `Total${change}`,
    name: "Function",
    file: "Where",
  };
  const heads = SORTS.map((sort) => {
    const button = make("button", { type: "button" }, labels[sort]);
    button.addEventListener("click", () => events.onSort(sort));
    const isNumber = sort === "self" || sort === "total";
    const head = make("th", { scope: "col", className: isNumber ? "number" : sort }, button);
    if (state.sort === sort) head.setAttribute("aria-sort", isNumber ? "descending" : "ascending");
    return head;
  });
  const body = make("tbody");
  const fill = (from: number, to: number) =>
    body.append(...rows.slice(from, to).map((row) => rowElement(view, row, events)));
  fill(0, FIRST_ROWS);
  const table = make(
    "table",
    { className: "functions" },
    make(
      "caption",
      { className: "hidden" },
      `Functions with their ${measureWords(view.model.data).noun}`,
    ),
    make("thead", {}, make("tr", {}, ...heads)),
    body,
  );
  const foot = make("p", { className: "quiet" }, `${rows.length} functions`);
  if (rows.length > FIRST_ROWS) {
    const more = link(`Show all ${rows.length}`, () => {
      more.remove();
      fill(FIRST_ROWS, rows.length);
    });
    foot.append(" · ", more);
  }
  place.replaceChildren(table, foot);
}

/** The rows as they are shown, as text with tabs: name, self, total, place. */
export function functionText(view: View, matcher: Matcher | undefined): string {
  const { model } = view;
  const value = (value: Compared<number>) =>
    view.isComparison ? differenceText(view, value) : amount(value.now, { unit: model.data.unit });
  return functionRows(view, matcher).map(({ fn, self, total }) =>
    [value(self), value(total), nameOf(model, fn), longPlace(model, fn)].join("\t")
  ).join("\n");
}

function functionRows(view: View, matcher: Matcher | undefined): FunctionRow[] {
  const { model, functions: { now, before }, state } = view;
  const rows: FunctionRow[] = [];
  for (let fn = 0; fn < model.functions; fn++) {
    const total = { now: now.total[fn]!, before: before?.total[fn] };
    if (total.now === 0 && !total.before) continue;
    if (!(matcher?.(searchText(model, fn)) ?? true)) continue;
    rows.push({ fn, self: { now: now.self[fn]!, before: before?.self[fn] }, total });
  }
  const { sort } = state;
  if (sort === "self" || sort === "total") {
    const other = sort === "self" ? "total" : "self";
    return rows.sort((a, b) =>
      rank(view, b[sort]) - rank(view, a[sort]) || rank(view, b[other]) - rank(view, a[other])
    );
  }
  const text = (fn: number) => sort === "name" ? nameOf(model, fn) : fileOf(model, fn);
  const order = new Intl.Collator("en", { numeric: true });
  return rows.map((row) => ({ row, text: text(row.fn) }))
    .sort((a, b) =>
      order.compare(a.text, b.text) || model.fnLine[a.row.fn]! - model.fnLine[b.row.fn]!
    )
    .map(({ row }) => row);
}

function rowElement(view: View, { fn, self, total }: FunctionRow, events: TableEvents) {
  const { model, state } = view;
  const row = make(
    "tr",
    {},
    measureCell(view, self),
    measureCell(view, total),
    make(
      "td",
      { className: "name" },
      swatch(PAGE_KINDS[model.fnKind[fn]!]!),
      link(nameOf(model, fn), () => events.onChoose(fn)),
      ...rowMark(model, model.causesOf(fn), events.onChoose),
    ),
    make("td", { className: "file", title: longPlace(model, fn) }, shortPlace(model, fn)),
  );
  if (state.fn === fn) row.setAttribute("aria-current", "true");
  return row;
}
