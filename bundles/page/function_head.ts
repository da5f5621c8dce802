/** The head of the panes that show one function. */
import { measureWords } from "../../lib/report/figures/measure_words.ts";
import { PAGE_KINDS } from "../../lib/report/page/page_data.ts";
import { TIER_LABELS } from "./colors.ts";
import { make, swatch } from "./elements.ts";
import { longPlace, nameOf, sourceAddress } from "./functions.ts";
import { causeMark, type LookAt } from "./why.ts";
import type { View } from "./view.ts";
import { amount, percent, ratio } from "./words.ts";

/** Causes that the head leads to. */
const MOST_CAUSES = 3;

/** A function's name, place and time, the reasons for its time, and its code. */
export function functionHead(view: View, fn: number, onChoose: LookAt): HTMLElement {
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
    ...whyLinks(view, fn, onChoose),
    codeDetails(view, fn),
  );
}

function whyLinks({ model }: View, fn: number, onChoose: LookAt): HTMLElement[] {
  return model.causesOf(fn).slice(0, MOST_CAUSES).map((cause) => {
    const text = cause.line > 0 ? `why, line ${cause.line}` : "why";
    return causeMark(model, cause, { text, onChoose });
  });
}

/** The compilers of a function's code by its own time, and what V8 did with that code. */
function codeDetails(view: View, fn: number): HTMLElement {
  const { model, spots } = view;
  const tiers = new Float64Array(TIER_LABELS.length);
  let [all, inlined] = [0, 0];
  model.spotFn.forEach((owner: number, spot: number) => {
    if (owner !== fn) return;
    tiers[model.spotTier[spot]!]! += spots[spot]!;
    all += spots[spot]!;
    if (model.spotInlined[spot] === 1) inlined += spots[spot]!;
  });
  const details = make(
    "details",
    { className: "tiers" },
    make("summary", {}, "Tiers, optimisation"),
  );
  if (all === 0) details.append(`It has no ${measureWords(model.data).noun} of its own here.`);
  TIER_LABELS.forEach((label, tier) => {
    if (tiers[tier]! > 0) {
      details.append(swatch(`tier-${tier}`), `${label} ${percent(tiers[tier]! / all)}  `);
    }
  });
  if (inlined > 0) details.append(`· inlined into callers ${percent(inlined / all)}`);
  const history = model.histories.get(fn);
  if (history !== undefined) details.append(` · ${history}`);
  return details;
}
