/** The reasons for which lines take their time, as the page shows them. */
import type { PageCause } from "../../lib/report/page/page_data.ts";
import { link, make } from "./elements.ts";
import type { Model } from "./model.ts";
import { amount, percent } from "./words.ts";

/** Shows a line of a function. */
export type LookAt = (fn: number, line?: number) => void;

/** The function whose source has a cause's line: that of the cause, or where no sample has it, any of its file. */
export function functionOf({ fnFile }: Model, { fn, file }: PageCause): number | undefined {
  if (fn >= 0) return fn;
  const other = fnFile.indexOf(file + 1);
  return other < 0 ? undefined : other;
}

/** A button that leads to a cause's line; a text where the page has no function there. */
export function causeLink(
  model: Model,
  cause: PageCause,
  { text, onChoose }: { text: string; onChoose: LookAt },
): HTMLElement {
  const fn = functionOf(model, cause);
  if (fn === undefined) return make("span", {}, text);
  return link(text, () => onChoose(fn, cause.line || undefined));
}

/** A cause in words: the fact and its time, then what to do. */
export function causeText(model: Model, { weight, share, fact, advice }: PageCause): HTMLElement {
  const time = `${amount(weight, { unit: model.data.unit })}, ${
    percent(share)
  } of the program's time`;
  return make(
    "div",
    { className: "cause" },
    make("b", {}, "Why: "),
    `${fact} (${time}). `,
    make("span", {}, advice),
  );
}

/** A mark that leads to the line of a cause. */
export function causeMark(
  model: Model,
  cause: PageCause,
  { text = "why", onChoose }: { text?: string; onChoose: LookAt },
): HTMLElement {
  const mark = causeLink(model, cause, { text, onChoose });
  mark.className = "mark";
  mark.title = cause.fact;
  mark.setAttribute("aria-label", `${text}: ${cause.fact}`);
  return mark;
}

/** The mark of a table's row: that of the largest cause; none where there is no cause. */
export function rowMark(
  model: Model,
  [cause]: readonly PageCause[],
  onChoose: LookAt,
): HTMLElement[] {
  return cause === undefined ? [] : [causeMark(model, cause, { onChoose })];
}
