/** The answer in one line: the hottest line of the program, or how much time was gained or lost. */
import { measureWords } from "../../lib/report/figures/measure_words.ts";
import { link, make } from "./elements.ts";
import { nameOf } from "./functions.ts";
import { type HotLine, hotLines } from "./line_pane.ts";
import { causeLink, type LookAt } from "./why.ts";
import type { View } from "./view.ts";
import { amount, percent, ratio } from "./words.ts";

/** Draws it. */
export function drawAnswer(
  place: HTMLElement,
  view: View,
  { onChoose, onWhy }: {
    onChoose: LookAt;
    /** Shows all reasons. */
    onWhy: () => void;
  },
): void {
  const { all, model } = view;
  const { unit } = model.data;
  const parts: (Node | string)[] = [];
  if (all.before !== undefined) {
    const share = ratio(all.now - all.before, all.before);
    const { noun } = measureWords(model.data);
    const verdict = share === 0
      ? `As much ${noun}`
      : `${percent(Math.abs(share))} ${share < 0 ? "less" : "more"} ${noun}`;
    parts.push(
      make("b", {}, verdict),
      `: ${amount(all.before, { unit })} → ${amount(all.now, { unit })}. `,
    );
  }
  const [hottest] = hotLines(view);
  const hasTime = hottest !== undefined && hottest.self.now + (hottest.self.before ?? 0) > 0;
  if (hasTime) {
    const { file, line, column, fn, self } = hottest;
    const path = model.data.files[file]!;
    const where = `${path.slice(path.lastIndexOf("/") + 1)}:${line}`;
    const text = model.textOf(file, line, column).trim();
    const share = view.isComparison
      ? `${amount(self.now - (self.before ?? 0), { unit, signed: true })}`
      : percent(ratio(self.now, all.now));
    parts.push(
      view.isComparison
        ? "Largest change: "
        : unit === "bytes"
        ? "Most memory: "
        : "Hottest line: ",
      make("b", {}, share),
      " ",
      link(`${where}  ${text}`, () => onChoose(fn, line)),
      ` in ${nameOf(model, fn)}`,
    );
  }
  const more = [...whyParts(view, hottest, { onChoose, onWhy }), ...collectionParts(view)];
  const rows = [parts, more].filter((row) => row.length > 0);
  place.replaceChildren(...rows.map((row) => make("p", {}, ...row)));
  place.hidden = rows.length === 0;
}

/** The reason for which the hottest line takes its time, else the largest one; nothing where there is none. */
function whyParts(
  { model }: View,
  hottest: HotLine | undefined,
  { onChoose, onWhy }: { onChoose: LookAt; onWhy: () => void },
): (Node | string)[] {
  const { causes } = model.data;
  const cause = (hottest && model.causesAt(hottest.file, hottest.line)[0]) ?? causes[0];
  if (cause === undefined) return [];
  const isOther = cause.file !== hottest?.file || cause.line !== hottest.line;
  const place = isOther ? `${cause.name}, line ${cause.line}: ` : "";
  const rest = causes.length - 1;
  return [
    "Why: ",
    causeLink(model, cause, { text: place + cause.fact, onChoose }),
    ...rest > 0 ? [" ", link(`and ${rest} more ${rest === 1 ? "reason" : "reasons"}`, onWhy)] : [],
    ". ",
  ];
}

/** The least share of garbage collection that is told. */
const LEAST_COLLECTION = 0.01;

function collectionParts(view: View): (Node | string)[] {
  const share = ratio(view.collection, view.all.now);
  if (share < LEAST_COLLECTION) return [];
  return ["Garbage collection: ", make("b", {}, percent(share)), " of all time."];
}
