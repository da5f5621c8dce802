/** The hottest lines of all files, with their text. */
import { measureWords } from "../../lib/report/figures/measure_words.ts";
import { link, make } from "./elements.ts";
import { nameOf } from "./functions.ts";
import { meanings, measureCell, rank } from "./measure.ts";
import type { Matcher } from "./search.ts";
import { type LookAt, rowMark } from "./why.ts";
import type { Compared, View } from "./view.ts";

/** Lines that are listed. */
const ROWS = 200;

/** A line of a function. */
export interface HotLine {
  file: number;
  line: number;
  column: number;
  fn: number;
  self: Compared<number>;
  total: Compared<number>;
}

/** The lines with time, from the most self time or the largest change to the least. */
export function hotLines(view: View): HotLine[] {
  const { places, model } = view;
  const { now, before } = view.placeTotals;
  const all = places.spot.map((spot, id): HotLine => ({
    file: places.file[id]!,
    line: places.line[id]!,
    column: model.spotColumn[spot]!,
    fn: model.spotFn[spot]!,
    self: { now: now.self[id]!, before: before?.self[id] },
    total: { now: now.total[id]!, before: before?.total[id] },
  }));
  return all.filter(({ total }) => total.now > 0 || (total.before ?? 0) > 0)
    .sort((a, b) =>
      rank(view, b.self) - rank(view, a.self) || rank(view, b.total) - rank(view, a.total)
    );
}

/** Draws the table. */
export function drawLines(
  place: HTMLElement,
  view: View,
  { matcher, onChoose }: {
    matcher: Matcher | undefined;
    onChoose: LookAt;
  },
): void {
  const { model } = view;
  const change = view.isComparison ? " ±" : "";
  const found = hotLines(view).filter(({ file, line, column, fn }) =>
    matcher === undefined ||
    matcher(
      `${nameOf(model, fn)} ${model.data.files[file]}:${line} ${
        model.textOf(file, line, column).trim()
      }`,
    )
  );
  const rows = found.slice(0, ROWS).map(({ file, line, column, fn, self, total }) => {
    const path = model.data.files[file]!;
    const name = `${path.slice(path.lastIndexOf("/") + 1)}:${line}`;
    const text = model.textOf(file, line, column).trim();
    return make(
      "tr",
      {},
      measureCell(view, self),
      measureCell(view, total),
      make(
        "td",
        { className: "code" },
        ...rowMark(model, model.causesAt(file, line), onChoose),
        link(text || name, () => onChoose(fn, line)),
      ),
      make("td", { className: "name" }, nameOf(model, fn)),
      make("td", { className: "file", title: `${path}:${line}` }, name),
    );
  });
  const heads = [`Self${change}`, `Total${change}`, "Line", "Function", "Where"].map((text, i) =>
    make("th", {
      scope: "col",
      className: ["number", "number", "code", "name", "file"][i]!,
      title: meanings(view)[i] ?? "",
    }, text)
  );
  place.replaceChildren(
    make(
      "table",
      { className: "lines" },
      make(
        "caption",
        { className: "hidden" },
        `Lines with the most ${measureWords(model.data).noun} of their own`,
      ),
      make("thead", {}, make("tr", {}, ...heads)),
      make("tbody", {}, ...rows),
    ),
    make(
      "p",
      { className: "quiet" },
      found.length > ROWS
        ? `The first ${ROWS} of ${found.length} lines; a search looks in all of them.`
        : `${found.length} lines`,
    ),
  );
}
