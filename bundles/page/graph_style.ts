/** Labels, colours and descriptions of the boxes of a flame graph. */
import { splitKey } from "./merged_calls.ts";
import { type Palette, shadeOf, TIER_LABELS } from "./colors.ts";
import { kindOf, longPlace, nameOf, shortPlace } from "./functions.ts";
import type { View } from "./view.ts";
import { amount, percent, ratio } from "./words.ts";

/** Options of a {@linkcode GraphStyle}, beside its view. */
export interface StyleOptions {
  palette: Palette;
  /** Whether a search has found a key. */
  isFound: ((key: number) => boolean) | undefined;
  /** The node that is zoomed to. */
  zoomed: number;
}

/** The look of each box. */
export class GraphStyle {
  readonly #view: View;
  readonly #options: StyleOptions;

  constructor(view: View, options: StyleOptions) {
    this.#view = view;
    this.#options = options;
  }

  labelOf(node: number): string {
    const { model, tree } = this.#view;
    const { key } = splitKey(model, tree.key[node]!);
    if (key >= model.functions || model.fnFile[key] === 0) return nameOf(model, key);
    return `${nameOf(model, key)}  ${shortPlace(model, key)}`;
  }

  colorOf(node: number): string {
    const { palette, isFound } = this.#options;
    const { model, tree, state, isComparison } = this.#view;
    if (node !== 0 && isFound?.(tree.key[node]!)) return palette.found;
    const { key, tier } = splitKey(model, tree.key[node]!);
    if (isComparison) return palette.difference(this.#difference(node));
    if (state.showsTiers && key < model.functions) return palette.tier(tier);
    return palette.kind(kindOf(model, key), shadeOf(nameOf(model, key)));
  }

  isInlined(node: number): boolean {
    return splitKey(this.#view.model, this.#view.tree.key[node]!).isInlined;
  }

  /** Name, place, and time of a box. */
  describe(node: number): string[] {
    const { model, tree, state, isComparison } = this.#view;
    const { unit } = model.data;
    const { key, tier, isInlined } = splitKey(model, tree.key[node]!);
    const [total, self, all] = [tree.total[node]!, tree.self[node]!, tree.total[0]!];
    const lines = [nameOf(model, key), longPlace(model, key)];
    if (isComparison) {
      const { now, before } = this.#sides(node);
      lines.push(
        `${amount(before, { unit })} before, ${amount(now, { unit })} after: ${
          amount(now - before, { unit, signed: true })
        }, ${percent(this.#difference(node), { signed: true })} of all`,
      );
    } else {
      const shares = [`${percent(ratio(total, all))} of all`, amount(total, { unit })];
      const { zoomed } = this.#options;
      if (zoomed !== 0 && node > zoomed && node < tree.end[zoomed]!) {
        shares.push(`${percent(ratio(total, tree.total[zoomed]!))} of what is zoomed to`);
      }
      if (state.graph !== "inverted") shares.push(`${percent(ratio(self, all))} in itself`);
      lines.push(shares.join(" · "));
    }
    const [cause] = key < model.functions ? model.causesOf(key) : [];
    if (cause !== undefined) {
      lines.push(`why${cause.line > 0 ? `, line ${cause.line}` : ""}: ${cause.fact}`);
    }
    if (state.showsTiers && key < model.functions) {
      lines.push(`${TIER_LABELS[tier]}${isInlined ? ", inlined into its caller" : ""}`);
    }
    return lines;
  }

  /** Weights of the two recordings; widths are of either. */
  #sides(node: number): { now: number; before: number } {
    const { tree, state } = this.#view;
    const [shown, other] = [tree.total[node]!, tree.other?.[node] ?? 0];
    return state.showsBefore ? { now: other, before: shown } : { now: shown, before: other };
  }

  /** The difference of shares: of each recording's own time, or, by time, of the longer one's. */
  #difference(node: number): number {
    const { all, state } = this.#view;
    const { now, before } = this.#sides(node);
    if (state.comparesShares) return ratio(now, all.now) - ratio(before, all.before ?? 0);
    return ratio(now - before, 1) / Math.max(all.now, all.before ?? 0, 1e-9);
  }
}
