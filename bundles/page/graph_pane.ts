/** The flame graph with the line that describes a box. */
import { nodeAt, pathTo } from "./box_layout.ts";
import type { Palette } from "./colors.ts";
import { element, make } from "./elements.ts";
import { FlameCanvas } from "./flame_canvas.ts";
import { searchText } from "./functions.ts";
import { GraphStyle } from "./graph_style.ts";
import { splitKey } from "./merged_calls.ts";
import { countFound, type Matcher } from "./search.ts";
import type { State } from "./state.ts";
import type { Tip } from "./tip.ts";
import type { View } from "./view.ts";
import { percent, ratio, whole } from "./words.ts";

/** Draws the graph of a view, and turns presses into changes of the state. */
export class GraphPane {
  readonly #view: View;
  readonly #tip: Tip;
  readonly #update: (change: Partial<State>) => void;
  readonly #graph: FlameCanvas;
  #style: GraphStyle | undefined;

  constructor(view: View, tip: Tip, update: (change: Partial<State>) => void) {
    this.#view = view;
    this.#tip = tip;
    this.#update = update;
    this.#graph = new FlameCanvas(element("graph"), {
      onHover: (node, event) => {
        if (node === undefined || event === undefined) tip.hide();
        else tip.show(event, this.#style?.describe(node) ?? []);
      },
      onFocus: (node) => this.#say(node),
      onChoose: (node) => this.#choose(node),
      onReset: () => update({ zoom: [] }),
    });
  }

  /** Draws it, with what a search has found. */
  draw(palette: Palette, matcher: Matcher | undefined): void {
    const view = this.#view;
    const { state, tree } = view;
    // In the order of time many boxes have one path, so a box goes by its index.
    const zoomed = state.graph === "time"
      ? Math.min(state.zoom[0] ?? 0, tree.length - 1)
      : nodeAt(tree, state.zoom);
    const isFound = matcher && this.#searched(matcher);
    const style = this.#style = new GraphStyle(view, { palette, isFound, zoomed });
    this.#graph.show({
      tree,
      palette,
      zoomed,
      isFlipped: state.isFlipped,
      labelOf: (node) => style.labelOf(node),
      colorOf: (node) => style.colorOf(node),
      isInlined: (node) => style.isInlined(node),
    });
    this.#say(zoomed);
    element<HTMLButtonElement>("reset").disabled = zoomed === 0;
    if (isFound === undefined) element("found").textContent = "";
    else {
      const { boxes, weight } = countFound(tree, isFound);
      const share = percent(ratio(weight, tree.total[0]!));
      element("found").textContent = `${whole(boxes)} ${boxes === 1 ? "box" : "boxes"}, ${share}`;
    }
  }

  /** Searches each function once. */
  #searched(matcher: Matcher): (key: number) => boolean {
    const { model } = this.#view;
    const found = new Map<number, boolean>();
    return (mark) => {
      const { key } = splitKey(model, mark);
      let known = found.get(key);
      if (known === undefined) found.set(key, known = matcher(searchText(model, key)));
      return known;
    };
  }

  /** A chosen box is zoomed to, and its source is shown. */
  #choose(node: number): void {
    const { model, state, tree } = this.#view;
    const { key } = splitKey(model, tree.key[node]!);
    const zoom = state.graph === "time" ? [node] : pathTo(tree, node);
    this.#tip.hide();
    if (key >= model.functions) return this.#update({ zoom });
    const hasSource = model.fnFile[key]! > 0 && state.pane !== "calls";
    this.#update({ zoom, fn: key, line: undefined, ...hasSource ? { pane: "source" } : {} });
  }

  #say(node: number): void {
    const [name = "", ...rest] = this.#style?.describe(node) ?? [];
    element("details").replaceChildren(
      make("b", {}, name),
      ` ${rest.filter(Boolean).join(" · ")}`,
    );
  }
}
