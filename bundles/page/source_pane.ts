/** The source of a function, with the time of each line beside it. */
import { PAGE_KINDS } from "../../lib/report/page_data.ts";
import { TIER_LABELS } from "./colors.ts";
import { make, swatch } from "./elements.ts";
import { longPlace, nameOf, sourceAddress } from "./functions.ts";
import { measureCell, rank } from "./measure.ts";
import type { View } from "./view.ts";
import { amount, percent, ratio } from "./words.ts";

/** Draws the file of the function that is looked at, and scrolls to its hottest line. */
export function drawSource(place: HTMLElement, view: View): void {
  const { model, state } = view;
  const { fn } = state;
  if (fn === undefined) {
    place.replaceChildren(
      make(
        "p",
        { className: "empty" },
        "Choose a function: a box of the graph, or a name in the tables.",
      ),
    );
    return;
  }
  const file = model.fnFile[fn]! - 1;
  const head = sourceHead(view, fn);
  if (file < 0) {
    place.replaceChildren(
      head,
      make("p", { className: "empty" }, "This code has no source: it is native, or V8's own."),
    );
    return;
  }
  const totals = view.linesFor(file);
  const ofLine = (what: "self" | "total", line: number) => {
    const id = view.lines.idOf(file, line);
    const of = (all: Float64Array | undefined) => id === undefined ? 0 : all?.[id] ?? 0;
    return { now: of(totals.now[what]), before: of(totals.before?.[what]) };
  };
  const hottest = state.line ?? hottestLine(view, fn);
  const begin = model.fnLine[fn]!;
  const body = make("tbody");
  let target: HTMLElement | undefined;
  let last = 0;
  for (const { line: first, text } of excerptsOf(view, file)) {
    if (last > 0 && first > last + 1) {
      body.append(make("tr", { className: "gap" }, make("td", { colSpan: 4 }, "⋯")));
    }
    text.split("\n").forEach((code, i) => {
      const line = first + i;
      last = line;
      const [self, total] = [ofLine("self", line), ofLine("total", line)];
      const hasTime = total.now > 0 || total.before > 0;
      const row = make(
        "tr",
        { className: `${hasTime ? "ran" : ""}${line === begin ? " begin" : ""}` },
        make("th", { scope: "row", className: "line" }, String(line)),
        hasTime ? measureCell(view, self) : make("td"),
        hasTime ? measureCell(view, total) : make("td"),
        make("td", { className: "code" }, code),
      );
      row.style.setProperty("--heat", `${Math.min(60, 120 * ratio(self.now, view.all.now))}%`);
      if (line === (hottest ?? begin)) {
        row.className += " target";
        row.setAttribute("aria-current", "true");
        target = row;
      }
      body.append(row);
    });
  }
  const table = make(
    "table",
    { className: "source" },
    make("caption", { className: "hidden" }, `Lines of ${longPlace(model, fn)} with their time`),
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
  if (target !== undefined) {
    const { top, height } = target.getBoundingClientRect();
    const frame = place.getBoundingClientRect();
    place.scrollTop += top - frame.top - (place.clientHeight - height) / 2;
  }
}

/** The text; only the numbers of lines that ran where the report has none. */
function excerptsOf({ model, lines }: View, file: number): { line: number; text: string }[] {
  const source = model.sources.get(file);
  if (source !== undefined) return source.excerpts;
  return lines.line.filter((_, id) => lines.file[id] === file).sort((a, b) => a - b)
    .map((line) => ({ line, text: "" }));
}

/** The line of a function with the most self time. */
export function hottestLine(view: View, fn: number): number | undefined {
  const { model, lines, spots } = view;
  const totals = view.linesFor(model.fnFile[fn]! - 1);
  let [hottest, most] = [undefined as number | undefined, -1];
  model.spotFn.forEach((owner: number, spot: number) => {
    const id = lines.ofSpot[spot]!;
    if (owner !== fn || id < 0) return;
    const value = rank(view, { now: totals.now.self[id]!, before: totals.before?.self[id] });
    // Of equal lines the one with more total.
    const order = value + spots[spot]! * 1e-9 + totals.now.total[id]! * 1e-6;
    if (order > most) [hottest, most] = [model.spotLine[spot]!, order];
  });
  return hottest;
}

function columnHeads({ isComparison }: View): HTMLElement {
  const change = isComparison ? " ±" : "";
  const head = (text: string, className = "number") =>
    make("th", { scope: "col", className }, text);
  return make(
    "thead",
    {},
    make(
      "tr",
      {},
      head("Line", "line"),
      head(`Self${change}`),
      head(`Total${change}`),
      head("Source", "code"),
    ),
  );
}

function sourceHead(view: View, fn: number): HTMLElement {
  const { model } = view;
  const file = model.fnFile[fn]!;
  const path = longPlace(model, fn);
  const address = file > 0
    ? sourceAddress(model.data.files[file - 1]!, model.fnLine[fn]!)
    : undefined;
  const where = address === undefined ? make("span", {}, path) : make("a", { href: address }, path);
  const { now } = view.own[fn] === 1 ? view.ownFunctions : view.functions;
  const { unit } = model.data;
  const facts = [now.self, now.total].map((values, i) =>
    `${i === 0 ? "self" : "total"} ${percent(ratio(values[fn]!, view.all.now))} (${
      amount(values[fn]!, { unit })
    })`
  );
  return make(
    "div",
    { className: "headline" },
    swatch(PAGE_KINDS[model.fnKind[fn]!]!),
    make("b", {}, nameOf(model, fn)),
    " ",
    where,
    make("span", { className: "facts" }, facts.join(" · ")),
    tierShares(view, fn),
  );
}

/** The tiers that a function's own time was spent in. */
function tierShares(view: View, fn: number): HTMLElement {
  const { model, spots } = view;
  const tiers = new Float64Array(TIER_LABELS.length);
  let [all, inlined] = [0, 0];
  model.spotFn.forEach((owner: number, spot: number) => {
    if (owner !== fn) return;
    tiers[model.spotTier[spot]!]! += spots[spot]!;
    all += spots[spot]!;
    if (model.spotInlined[spot] === 1) inlined += spots[spot]!;
  });
  const details = make("details", { className: "tiers" }, make("summary", {}, "Tiers, inlining"));
  if (all === 0) details.append("It has no time of its own here.");
  TIER_LABELS.forEach((label, tier) => {
    if (tiers[tier]! > 0) {
      details.append(swatch(`tier-${tier}`), `${label} ${percent(tiers[tier]! / all)}  `);
    }
  });
  if (inlined > 0) details.append(`· inlined into callers ${percent(inlined / all)}`);
  return details;
}
