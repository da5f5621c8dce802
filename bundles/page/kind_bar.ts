/** The bar of time by kinds of code, and the legend, which switches kinds off. */
import type { FrameKind } from "../../lib/recording/frame.ts";
import { KINDS } from "./colors.ts";
import type { PageData } from "./data.ts";
import { ratio, swatch } from "./function_table.ts";
import { percent } from "./words.ts";

/** Sums up time by the kind of the innermost frame. */
export function kindShares(
  { frames, stacks }: PageData,
): Map<FrameKind, number> {
  const weights = new Map<FrameKind, number>();
  let total = 0;
  for (const [, ids, , weight] of stacks) {
    const { kind } = frames[ids.at(-1)!]!;
    weights.set(kind, (weights.get(kind) ?? 0) + weight);
    total += weight;
  }
  return new Map(
    [...weights].map(([kind, weight]) => [kind, ratio(weight, total)]),
  );
}

/** Draws the bar and the legend. */
export function drawKinds(
  place: HTMLElement,
  data: PageData,
  { hidden, onToggle }: {
    hidden: ReadonlySet<FrameKind>;
    onToggle: (kind: FrameKind) => void;
  },
): void {
  const shares = kindShares(data);
  const bar = document.createElement("div");
  bar.className = "bar";
  const legend = document.createElement("div");
  legend.className = "legend";
  const present = new Set(data.frames.map(({ kind }) => kind));
  for (const { kind, label } of KINDS) {
    const share = shares.get(kind) ?? 0;
    const part = document.createElement("i");
    part.style.background = `var(--${kind})`;
    part.style.width = `${100 * share}%`;
    part.title = `${label} ${percent(share)}`;
    bar.append(part);
    const button = document.createElement("button");
    button.type = "button";
    button.disabled = !present.has(kind);
    button.setAttribute("aria-pressed", String(!hidden.has(kind)));
    button.title = `Time spent in it; press to ${hidden.has(kind) ? "show" : "hide"} its frames`;
    const number = document.createElement("b");
    number.textContent = percent(share);
    button.append(swatch(`var(--${kind})`), label, number);
    button.addEventListener("click", () => onToggle(kind));
    legend.append(button);
  }
  const hint = document.createElement("span");
  hint.className = "hint";
  hint.textContent = "of the time; a press hides its frames";
  legend.append(hint);
  place.replaceChildren(bar, legend);
}
