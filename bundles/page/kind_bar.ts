/** Time by whose code it was: a bar, and a legend that hides kinds. */
import type { FrameKind } from "../../lib/recording/frame.ts";
import { PAGE_KINDS } from "../../lib/report/page/page_data.ts";
import { KIND_LABELS, TIER_LABELS } from "./colors.ts";
import { make, swatch } from "./elements.ts";
import type { View } from "./view.ts";
import { percent, ratio } from "./words.ts";

/** Draws both. Hidden kinds keep their place in the legend, and their callers have their time. */
export function drawKinds(
  place: HTMLElement,
  view: View,
  onToggle: (kind: FrameKind) => void,
): void {
  const { model, state } = view;
  const { kinds, all } = view;
  const bar = make("div", { className: "bar" });
  const legend = make("div", { className: "legend" });
  const present = new Set(model.fnKind);
  PAGE_KINDS.forEach((kind, id) => {
    if (!present.has(id)) return;
    const share = ratio(kinds[id]!, all.now);
    const text = percent(share);
    const part = make("i", { title: `${KIND_LABELS[kind]} ${text}` });
    part.style.background = `var(--${kind})`;
    part.style.width = `${100 * share}%`;
    bar.append(part);
    const isHidden = state.hidden.has(kind);
    const button = make(
      "button",
      {
        type: "button",
        title: isHidden ? "Show it" : "Hide it: its time goes to the functions that called it",
      },
      swatch(kind),
      KIND_LABELS[kind],
      make("b", {}, isHidden ? "hidden" : text),
    );
    button.dataset["kind"] = kind;
    button.setAttribute("aria-pressed", String(!isHidden));
    button.addEventListener("click", () => onToggle(kind));
    legend.append(button);
  });
  if (view.isComparison) {
    legend.append(
      make("span", { className: "quiet" }, "blue: less than before"),
      scale(),
      make("span", { className: "quiet" }, "red: more"),
    );
  } else if (state.showsTiers) {
    TIER_LABELS.forEach((label, tier) =>
      legend.append(make("span", { className: "key" }, swatch(`tier-${tier}`), label))
    );
    legend.append(make("span", { className: "quiet" }, "dots below: inlined"));
  }
  place.replaceChildren(bar, legend);
}

function scale(): HTMLElement {
  return make("span", { className: "scale" });
}
