/** Cells of numbers: time and share, or the difference between two recordings. */
import { make } from "./elements.ts";
import type { Compared, View } from "./view.ts";
import { amount, percent, ratio } from "./words.ts";

/** The meanings of the columns for one's own amount and for the total. */
export function meanings({ model }: View): [self: string, total: string] {
  const subject = model.data.unit === "bytes" ? "Memory of it" : "Time in it";
  return [
    `${subject}, and in the code without a source that it called`,
    `${subject}, and in all that it called`,
  ];
}

/** Values are sorted by this: time, or the difference that is shown. */
export function rank(view: View, { now, before = 0 }: Compared<number>): number {
  return view.isComparison ? Math.abs(difference(view, { now, before })) : now;
}

/** The difference of times, or of shares. */
export function difference(view: View, { now, before = 0 }: Compared<number>): number {
  if (!view.state.comparesShares) return now - before;
  return ratio(now, view.all.now) - ratio(before, view.all.before ?? 0);
}

/** The difference in words: `+14.8 ms`. */
export function differenceText(view: View, value: Compared<number>): string {
  const gap = difference(view, value);
  if (view.state.comparesShares) return percent(gap, { signed: true });
  return amount(gap, { unit: view.model.data.unit, signed: true });
}

/** A table's cell for a value. */
export function measureCell(view: View, value: Compared<number>): HTMLTableCellElement {
  const { unit } = view.model.data;
  if (!view.isComparison) {
    const share = ratio(value.now, view.all.now);
    const cell = make("td", { className: "number share", title: amount(value.now, { unit }) });
    cell.style.setProperty("--share", `${(100 * share).toFixed(1)}%`);
    cell.append(percent(share));
    return cell;
  }
  const gap = difference(view, value);
  const side = gap > 0 ? " more" : gap < 0 ? " less" : "";
  return make("td", {
    className: `number${side}`,
    title: `${amount(value.before ?? 0, { unit })} before, ${amount(value.now, { unit })} after`,
  }, differenceText(view, value));
}
