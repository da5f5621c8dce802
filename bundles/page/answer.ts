/** The answer in one line: the hottest line of the program, or how much time was gained or lost. */
import { link, make } from "./elements.ts";
import { nameOf } from "./functions.ts";
import { hotLines } from "./line_pane.ts";
import type { View } from "./view.ts";
import { amount, percent, ratio } from "./words.ts";

/** Draws it. */
export function drawAnswer(
  place: HTMLElement,
  view: View,
  onChoose: (fn: number, line: number) => void,
): void {
  const { all, model } = view;
  const { unit } = model.data;
  const parts: (Node | string)[] = [];
  if (all.before !== undefined) {
    const share = ratio(all.now - all.before, all.before);
    const noun = unit === "nanoseconds" ? "time" : "events";
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
      view.isComparison ? "Largest change: " : "Hottest line: ",
      make("b", {}, share),
      " ",
      link(`${where}  ${text}`, () => onChoose(fn, line)),
      ` in ${nameOf(model, fn)}`,
    );
  }
  place.replaceChildren(...parts);
  place.hidden = parts.length === 0;
}
